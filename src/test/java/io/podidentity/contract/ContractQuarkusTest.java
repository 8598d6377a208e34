package io.podidentity.contract;

import static org.awaitility.Awaitility.await;

import io.podidentity.contract.Exchange.Request;
import io.podidentity.harness.RawConnection.Answer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract, asked of the wired application. */
@QuarkusTest
@QuarkusTestResource(value = EksAuthOfTheTable.class, restrictToAnnotatedClass = true)
class ContractQuarkusTest {

    @ConfigProperty(name = "agent.port")
    int port;

    @ConfigProperty(name = "agent.probe-port")
    int probePort;

    @BeforeEach
    void awaitReady() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RestAssured.get(probe("/readyz")).statusCode() == 200);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void answersAsTheContractSays(Exchange row) {
        row.expected().check(row.request(), ContractTable.ask(() -> ask(row.request())));

        // Whatever that was, the next pod is served; and EKS Auth does not only fail.
        for (int i = 0; i < 2; i++) {
            Exchange next = ContractTable.good();
            next.expected().check(next.request(), ContractTable.ask(() -> ask(next.request())));
        }
    }

    static Stream<Exchange> rows() {
        return ContractTable.rows();
    }

    private Answer ask(Request request) throws IOException {
        return sayable(request) ? assured(request) : RawCall.ask("127.0.0.1", port, request);
    }

    /** Whether an ordinary client can ask so at all. */
    private static boolean sayable(Request request) {
        return request.host() != null
                && !request.host().isEmpty()
                && !(request.host() + request.token()).contains("\r")
                && !request.method().equals("TRACE")
                && request.target().matches("(/[A-Za-z0-9-]*+(?!/))+(\\?[a-z=&]*)?");
    }

    private Answer assured(Request request) {
        RequestSpecification given =
                RestAssured.given()
                        .baseUri("http://127.0.0.1")
                        .port(port)
                        .urlEncodingEnabled(false)
                        .redirects()
                        .follow(false)
                        .header("Host", request.host().replace("{port}", String.valueOf(port)));
        if (request.token() != null) {
            given.header("Authorization", request.token());
        }
        if (!request.body().isEmpty()) {
            given.body(request.body());
        }
        Response response = given.request(request.method(), request.target());
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header header : response.headers()) {
            headers.put(header.getName(), header.getValue());
        }
        return new Answer(response.statusCode(), headers, response.asString());
    }

    private URI probe(String path) {
        return URI.create("http://127.0.0.1:" + probePort + path);
    }
}
