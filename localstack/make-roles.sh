#!/usr/bin/env bash
# Makes two roles as pod identity needs them: "orders", which the service assumes and tags, and "far", which "orders" assumes
# in its turn with an external id. Runs inside LocalStack when it is ready, or by hand with an AWS CLI:
#   AWS="aws --endpoint-url http://127.0.0.1:4566" localstack/make-roles.sh
set -euo pipefail

account=000000000000
aws=${AWS:-awslocal}

main() {
  role orders "$(trust "arn:aws:iam::$account:root" '{}')"
  role far "$(trust "arn:aws:iam::$account:role/orders" \
    "{\"StringEquals\": {\"sts:ExternalId\": \"${AWS_REGION:-us-east-1}/$account/my-cluster/default/far\"}}")"
}

# trust PRINCIPAL CONDITION: lets a principal assume the role and tag the session.
trust() {
  cat <<JSON
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"AWS": "$1"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
    "Condition": $2
  }]
}
JSON
}

# role NAME TRUST: makes it, or gives the one there is this trust policy.
role() {
  $aws iam create-role --role-name "$1" --assume-role-policy-document "$2" >/dev/null 2>&1 ||
    $aws iam update-assume-role-policy --role-name "$1" --policy-document "$2"
  echo "role arn:aws:iam::$account:role/$1"
}

main
