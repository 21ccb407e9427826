//! What the emulator looks for in policies has the names that the API's type of them lists.

use qingstor::types::PolicyAction;
use qingstor_emulator::ROUTES;
use qingstor_emulator::route::{Access, Auth, Scope};

#[test]
fn every_action_of_a_route_is_one_that_policies_can_name() {
    let mut seen = 0;
    for route in ROUTES {
        let Access::Granted { actions, .. } = route.access else {
            continue;
        };
        for action in actions {
            let known = PolicyAction::from((*action).to_owned());
            assert!(
                !matches!(known, PolicyAction::Unknown(_)),
                "{}: {action}",
                route.operation
            );
            seen += 1;
        }
    }
    assert!(seen > 17, "{seen} names are too few: the type lists 17");
}

/// Settings are the owner's, whatever a policy says; so are the two operations that no policy can name.
#[test]
fn settings_belong_to_the_owner_and_to_nobody_else() {
    let settings = [
        "acl",
        "cname",
        "cors",
        "lifecycle",
        "logging",
        "mirror",
        "notification",
        "policy",
        "replication",
        "versioning",
    ];
    let mut seen = 0;
    for route in ROUTES.iter().filter(|route| route.scope == Scope::Bucket) {
        if route
            .selector
            .is_some_and(|selector| settings.contains(&selector))
        {
            assert_eq!(route.access, Access::Owner, "{}", route.operation);
            assert_eq!(route.auth, Auth::Required, "{}", route.operation);
            seen += 1;
        }
    }
    assert_eq!(
        seen,
        10 * 3 - 2,
        "lists of access and versioning cannot be deleted"
    );
}
