use serde_json::{Value, json};

use super::{FINGERPRINT, OPERATOR, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_hold_is_listed_by_its_cause_with_counts_ages_and_an_example() {
    let scene = Scene::with_held(3).await;
    scene.hold_unreadable("m").await;
    let ended = scene.dead_letters(&["list"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert!(lines[0].starts_with("DEAD LETTERS  HOLD REASON"), "{ended:?}");
    assert!(lines[1].starts_with("           3  refused_by_database  mysql_1644"), "{ended:?}");
    assert!(lines[2].starts_with("           1  undecodable          undecodable:"), "{ended:?}");
    assert!(lines[4].starts_with("4 dead letters in 2 groups."), "{ended:?}");

    let (_, groups) = scene.json(&["list", "--hold-reason=refused_by_database"]).await;
    let [group] = groups.as_array().unwrap().as_slice() else { panic!("{groups}") };
    let expected = [
        ("hold_reason", json!("refused_by_database")),
        ("fingerprint", json!(FINGERPRINT)),
        ("lanes", json!(["interactive"])),
        ("dead_letters", json!(3)),
        ("letters", json!(3)),
        ("attempts", json!(1)),
        ("example", json!(3)),
    ];
    for (member, value) in expected {
        assert_eq!(group[member], value, "{group}");
    }
    assert!(group["first_seen"].as_str().unwrap().starts_with("20"), "{group}");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_list_down() {
    let scene = Scene::with_held(2).await;
    scene.hold_unreadable("m").await;
    let reference = scene.references[1].as_str();
    for (filter, expected) in [
        (&["--fingerprint", FINGERPRINT][..], 2),
        (&["--fingerprint", "%"], 0),
        (&["--hold-reason=undecodable"], 1),
        (&["--lane=interactive"], 3),
        (&["--lane=bulk"], 0),
        (&["1"], 1),
        (&["--id", reference], 1),
        (&["--id", reference, "--id", "1,3"], 3),
        (&["--id", reference, "--hold-reason=undecodable"], 0),
        (&["--older-than=0s"], 3),
        (&["--older-than=1h"], 0),
        (&["--state=replayed"], 0),
        (&["--state=all"], 3),
    ] {
        let (_, groups) = scene.json(&[&["list"], filter].concat()).await;
        let counts =
            groups.as_array().unwrap().iter().map(|one| one["dead_letters"].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_shown_without_personal_data_and_to_reveal_it_is_recorded() {
    let scene = Scene::with_held(1).await;
    scene.hold_unreadable("m").await;
    let shown = scene.dead_letters(&["show"]).await;
    let (_, as_json) = scene.json(&["show"]).await;
    for text in [&shown.stdout, &as_json.to_string()] {
        let personal = ["Mallory", "Lovelace", "example.com", "1815"];
        assert!(!personal.iter().any(|word| text.contains(word)), "{text}");
        assert!(text.contains(FINGERPRINT) && text.contains("*** (length 7)"), "{text}");
        assert!(text.contains("not JSON, 8 bytes"), "{text}");
    }
    assert_eq!(scene.oracle.count("dead_letter_actions").await, 0);

    let reference = scene.references[0].as_str();
    let revealed = scene.dead_letters(&["show", reference, "--reveal"]).await;
    assert!(revealed.stdout.contains("\"first_name\": \"Mallory\""), "{revealed:?}");
    let recorded = "dead_letter_actions WHERE action = 'reveal' AND operator = 'olga' \
                    AND matched = 1 AND result = 'done'";
    assert_eq!(scene.oracle.count(recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_dead_letter_is_reported_by_the_exit_code() {
    let scene = Scene::with_held(0).await;
    let ended = scene.dead_letters(&["show", "17"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""));
    assert_eq!(ended.stderr, "No dead letter matches.\n");
    let ended = scene.dead_letters(&["list"]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "Nothing is on hold.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_did_what_and_why() {
    let scene = Scene::with_held(2).await;
    let why = "--reason=test data";
    assert_eq!(scene.dead_letters(&["discard", "1", why, "--by=ada"]).await.code, Some(0));
    scene.fix().await;
    assert_eq!(scene.dead_letters(&["replay", "--all"]).await.code, Some(0));
    let (_, actions) = scene.json(&["history"]).await;
    let main_fields = |action: &Value| {
        let members = ["kind", "operator", "reason", "matched", "done", "result"];
        members.map(|member| action[member].clone())
    };
    let (replay, discard) = (main_fields(&actions[0]), main_fields(&actions[1]));
    let nothing = Value::Null;
    assert_eq!(
        replay,
        [json!("replay"), json!(OPERATOR), nothing, json!(1), json!(1), json!("done")]
    );
    assert_eq!(discard[..3], [json!("discard"), json!("ada"), json!("test data")]);
    assert_eq!(actions[1]["filter"], json!({"letters": [1], "state": "held"}));
    let ended = scene.dead_letters(&["history"]).await;
    assert!(ended.stdout.contains("olga"), "{ended:?}");
}
