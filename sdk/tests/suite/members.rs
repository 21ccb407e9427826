//! JSON answers read member by member.

use std::time::{Duration, UNIX_EPOCH};

use qingstor::operation::{Answer, Metadata, Operation, Parts, Scope};
use qingstor::testing::Replay;
use qingstor::{Error, ErrorKind};

struct Raw;

impl Operation for Raw {
    type Output = Answer;
    const METADATA: Metadata = Metadata::new("Raw", "GET Raw", "GET", Scope::Bucket);

    fn encode(self, _: &mut Parts) -> Result<(), Error> {
        Ok(())
    }

    fn decode(answer: Answer) -> Result<Answer, Error> {
        Ok(answer)
    }
}

async fn answer(body: &'static str) -> Answer {
    let replay = Replay::new().answer(200, &[("X-QS-Request-ID", "9"), ("X-Bytes", "aGk=")], body);
    let bucket = replay.client().unwrap().bucket("b");
    bucket.call().send(Raw).await.unwrap()
}

#[tokio::test]
async fn each_form_is_read() {
    let body = r#"{"n":7,"unix":1472743800,"iso":"2016-09-01T15:30:00Z","http":"Thu, 01 Sep 2016 15:30:00 GMT","bytes":"aGk=","none":null,"new":[1]}"#;
    let answer = answer(body).await;
    let mut members = answer.members().unwrap();
    let time = Some(UNIX_EPOCH + Duration::from_secs(1_472_743_800));
    assert_eq!(members.optional::<u64>("n").unwrap(), Some(7));
    assert_eq!(members.unix("unix").unwrap(), time);
    assert_eq!(members.iso8601("iso").unwrap(), time);
    assert_eq!(members.http_date("http").unwrap(), time);
    assert_eq!(
        members.base64("bytes").unwrap().as_deref(),
        Some(&b"hi"[..])
    );
    assert_eq!(members.optional::<String>("none").unwrap(), None);
    assert_eq!(members.optional::<String>("missing").unwrap(), None);
    let rest = members.rest();
    assert_eq!(rest.names().collect::<Vec<_>>(), ["new"]);
    assert_eq!(rest.get("new").as_deref(), Some("[1]"));
    assert_eq!(
        answer.base64("X-Bytes").unwrap().as_deref(),
        Some(&b"hi"[..])
    );
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let answer = answer(r#"{"n":"seven","iso":"now"}"#).await;
    let mut members = answer.members().unwrap();
    let missing = members.require::<u64>("size", None).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "GET Raw b: the answer lacks the member \"size\" (request id 9)"
    );
    let error = members.optional::<u64>("n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("\"n\""), "{error}");
    let iso = members.iso8601("iso").unwrap();
    assert_eq!(iso, None);
    let error = members.require("iso", iso).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("\"iso\" of the answer has the unreadable value \"now\""),
        "{error}"
    );
    assert_eq!(members.rest().get("iso").as_deref(), Some("\"now\""));
    let digest = answer.base64("X-QS-Request-ID").unwrap();
    assert_eq!(digest, None);
    let error = answer.require("X-QS-Request-ID", digest).unwrap_err();
    assert!(error.to_string().contains("X-QS-Request-ID"), "{error}");
}

#[tokio::test]
async fn unreadable_optional_members_are_missing_and_other_types_are_errors() {
    let body = r#"{"a":"","b":"","d":"?","e":7,"f":"1"}"#;
    let mut members = answer(body).await.members().unwrap();
    assert_eq!(members.iso8601("a").unwrap(), None);
    assert_eq!(members.http_date("b").unwrap(), None);
    assert_eq!(members.base64("d").unwrap(), None);
    assert!(members.iso8601("e").is_err());
    assert!(members.unix("f").is_err());
}

#[tokio::test]
async fn an_empty_body_has_no_members_and_a_list_is_no_object() {
    assert!(answer("").await.members().unwrap().rest().is_empty());
    assert!(answer("[]").await.members().is_err());
}
