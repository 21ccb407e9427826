//! Buckets that are called like one that was deleted, and many of them.

use crate::backstage::BOUND;
use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("hosts", a_namesake_inherits_nothing),
    behaviour!("hosts", many_buckets_are_listed_at_once),
];

/// Neither a domain nor settings.
async fn a_namesake_inherits_nothing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let port = bench.backstage()?.port();
    let [domain, _] = BOUND;
    let bucket = bench
        .client()
        .bucket(format!("{}-twice", bench.bucket().name()));
    let read = async || {
        let request = bench.handmade("GET", "/").host(format!("{domain}:{port}"));
        let request = request.resource(format!("/{}/", bucket.name()));
        Ok(request.signed(bench.key()).send().await?.status)
    };
    made(&bucket).await?;
    needed("binding", bucket.put_bucket_cname(domain).send().await)?;
    let rules = [qingstor::types::CorsRule::new("*", ["GET"])];
    needed("setting rules", bucket.put_bucket_cors(rules).send().await)?;
    let first = read().await;
    needed("deleting it", bucket.delete_bucket().send().await)?;
    made(&bucket).await?;
    let second = read().await;
    let rules = bucket.get_bucket_cors().send().await;
    let names = bucket.get_bucket_cname().send().await;
    needed("deleting it again", bucket.delete_bucket().send().await)?;
    report.equal("reading by its domain", &first?, &200);
    let second = second?;
    report.holds("the namesake has the domain", second != 200);
    report.equal(
        "its rules",
        &needed("reading rules", rules)?.cors_rules.len(),
        &0,
    );
    report.equal("its domains", &needed("reading domains", names)?.count, &0);
    Ok(())
}

/// 200 if nothing else is said. So many need not be made to see that 20 are not the end.
async fn many_buckets_are_listed_at_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    let elsewhere = bench.elsewhere()?;
    let name = |number: u32| format!("{}-many-{number:02}", bench.bucket().name());
    for number in 0..30 {
        made(&elsewhere.bucket(name(number))).await?;
    }
    let listed = elsewhere.list_buckets().send().await;
    for number in 0..30 {
        let deleted = elsewhere.bucket(name(number)).delete_bucket().send().await;
        needed("deleting it again", deleted)?;
    }
    let listed = needed("listing", listed)?;
    report.holds(
        format!("{} of 30 are listed", listed.buckets.len()),
        listed.buckets.len() >= 30,
    );
    Ok(())
}
