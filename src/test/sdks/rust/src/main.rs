//! Speaks the protocol of ../../README.md with the AWS SDK for Rust.

use std::io::stdin;

use aws_config::BehaviorVersion;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::DisplayErrorContext;
use serde_json::{Value, json};

async fn client() -> Client {
    let loaded = aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .load()
        .await;
    let endpoint = std::env::var("STS_ENDPOINT").expect("STS_ENDPOINT");
    Client::from_conf(aws_sdk_sts::config::Builder::from(&loaded).endpoint_url(endpoint).build())
}

async fn attempt(client: &Client) -> Option<String> {
    let error = client.get_caller_identity().send().await.err()?;
    Some(DisplayErrorContext(error).to_string())
}

async fn fresh(count: usize) -> Vec<Option<String>> {
    let all: Vec<_> = (0..count)
        .map(|_| tokio::spawn(async { attempt(&client().await).await }))
        .collect();
    let mut errors = Vec::new();
    for one in all {
        errors.push(one.await.expect("an attempt"));
    }
    errors
}

async fn answer(line: &str, kept: &mut Option<Client>) -> Value {
    match line.split_once(' ') {
        Some((_, count)) => json!({"errors": fresh(count.parse().expect("a number")).await}),
        None if line == "version" => json!({"version": aws_sdk_sts::meta::PKG_VERSION}),
        None => {
            if kept.is_none() {
                *kept = Some(client().await);
            }
            json!({"errors": [attempt(kept.as_ref().unwrap()).await]})
        }
    }
}

#[tokio::main]
async fn main() {
    let mut kept = None;
    for line in stdin().lines() {
        println!("{}", answer(&line.expect("a line"), &mut kept).await);
    }
}
