@file:JvmName("Program")

import aws.sdk.kotlin.services.sts.StsClient
import aws.smithy.kotlin.runtime.net.url.Url
import com.fasterxml.jackson.databind.ObjectMapper
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import kotlin.system.exitProcess

/** Speaks the protocol of ../../README.md with the AWS SDK for Kotlin. */
fun main(): Unit = runBlocking {
    val json = ObjectMapper()
    val kept = lazy { runBlocking { client() } }
    for (line in generateSequence(::readLine)) {
        val answer = when {
            line == "version" -> mapOf("version" to version())
            line == "call" -> mapOf("errors" to listOf(attempt { kept.value }))
            else -> mapOf("errors" to fresh(line.substringAfter(' ').toInt()))
        }
        println(json.writeValueAsString(answer))
    }
    // The threads of its HTTP client would keep the process for a minute.
    exitProcess(0)
}

private suspend fun client() = StsClient.fromEnvironment {
    endpointUrl = Url.parse(System.getenv("STS_ENDPOINT"))
}

private suspend fun fresh(count: Int) = runBlocking(Dispatchers.IO) {
    (1..count).map { async { attempt { client() } } }.awaitAll()
}

private suspend fun attempt(client: suspend () -> StsClient): String? = try {
    client().getCallerIdentity()
    null
} catch (e: Exception) {
    // What is wrong stands in the causes.
    generateSequence<Throwable>(e) { it.cause }
        .flatMap { listOf(it) + it.suppressedExceptions }
        .joinToString(": ") { it.message ?: it.toString() }
}

/** Only the jar's name tells. */
private fun version(): String {
    val jar = Path.of(StsClient::class.java.protectionDomain.codeSource.location.toURI())
    return jar.fileName.toString().removePrefix("sts-jvm-").removeSuffix(".jar")
}
