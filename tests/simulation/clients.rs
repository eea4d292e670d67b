//! Clients, which repeat each submission until it is accepted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{IdempotencyKey, Lane, Registration, RegistrationId, Student};
use registrar_messaging::{OutgoingMessage, OutgoingRegistration, PublishError};
use time::OffsetDateTime;
use tokio::time::{sleep, timeout};

use super::database::{DEADLY, POISON};
use super::imports::{chunk, import_of};
use super::installation::Assembly;
use super::plan::{Content, Submission, student};
use super::world::World;

/// Between two attempts.
const PAUSE_MS: (u64, u64) = (1, 250);
/// Where an id has its UUID version and variant.
const VERSION_BYTE: usize = 6;
const VARIANT_BYTE: usize = 8;

/// One client, with its submissions one after the other.
pub(crate) async fn submit_all<A: Assembly>(world: Arc<World>, number: usize) {
    if world.plan.is_burst {
        world.publisher_is_ready().await;
    }
    for (position, submission) in world.plan.clients[number].iter().enumerate() {
        let mut attempts = 0;
        let mut must_repeat = submission.repeats;
        loop {
            attempts += 1;
            let (sent, message) = message::<A>(&world, submission, [number, position, attempts]);
            let ids: Vec<_> = sent.iter().map(|(id, _)| *id).collect();
            let is_accepted = publish::<A>(&world, submission, attempts, &ids, message).await;
            if is_accepted {
                if ids.len() > 1 {
                    world.people().imported.insert(import_of([number, position]), ids);
                }
                for (id, email) in sent {
                    world.people().accepted.entry(id).or_default().insert(email);
                }
            }
            if is_accepted && !must_repeat {
                break;
            }
            must_repeat = must_repeat && !is_accepted;
            sleep(world.some_ms(PAUSE_MS)).await;
        }
    }
}

async fn publish<A: Assembly>(
    world: &Arc<World>,
    submission: &Submission,
    attempts: usize,
    ids: &[RegistrationId],
    message: Outgoing,
) -> bool {
    let Some(publisher) = world.publisher() else { return false };
    world.people().sent.extend(ids);
    world.note(|| format!("client: sends {}", world.names_of(ids)));
    let publishing = async {
        match message {
            Outgoing::Message(message) => publisher.publish(message).await,
            Outgoing::Registration(registration) => {
                let answer = publisher.register(registration).await;
                A::answer(Arc::clone(world), ids[0], answer).await
            }
        }
    };
    let hangs_up_after = submission.hangs_up_after.filter(|_| attempts == 1);
    let result = match hangs_up_after.map(Duration::from_millis) {
        None => publishing.await.map_err(PublishError::as_str),
        Some(after) => match timeout(after, publishing).await {
            Ok(answer) => answer.map_err(PublishError::as_str),
            Err(_) => Err("hung up"),
        },
    };
    world.note(|| format!("client: {result:?} for {}", world.names_of(ids)));
    result.is_ok()
}

/// What is sent, with the e-mail address of each registration.
fn message<A: Assembly>(
    world: &World,
    submission: &Submission,
    [client, position, attempt]: [usize; 3],
) -> (Vec<(RegistrationId, String)>, Outgoing) {
    let (emails, lane) = match &submission.content {
        Content::Students(addresses) => {
            let lane = if addresses.len() > 1 { Lane::Bulk } else { Lane::Interactive };
            (addresses.iter().copied().map(student).collect(), lane)
        }
        Content::Poison => (vec![POISON.to_owned()], Lane::Interactive),
        Content::Deadly => (vec![DEADLY.to_owned()], Lane::Interactive),
        Content::Unreadable => (vec!["unreadable@example.com".to_owned()], Lane::Interactive),
    };
    let registrations: Vec<_> = emails
        .iter()
        .enumerate()
        .map(|(row, email)| {
            let student = Student::parse("Ada", "Lovelace", email).unwrap();
            let id = match submission.key {
                Some(key) => A::id(&key_of(key), &format!("row {row}"), &student),
                None => fresh_id([client, position, attempt, row]),
            };
            world.introduce(id, format!("{client}.{position}.{attempt}.{row}({email})"));
            let accepted_at = OffsetDateTime::UNIX_EPOCH;
            Registration { id, student, accepted_at, import: None }
        })
        .collect();
    let sent: Vec<_> = registrations.iter().map(|one| one.id).zip(emails).collect();
    let message = |body: Vec<u8>| {
        let (message_id, headers) = (sent[0].0.to_string(), BTreeMap::new());
        Outgoing::Message(OutgoingMessage { lane, message_id, body, headers, numbers: None })
    };
    let message = match (&submission.content, registrations.as_slice()) {
        (Content::Unreadable, _) => message(br#"{"version":2}"#.to_vec()),
        (_, [one]) => Outgoing::Registration(OutgoingRegistration::new(one, None)),
        _ => message(chunk(import_of([client, position]), registrations).encode()),
    };
    (sent, message)
}

/// As the API and as an import hand it to the publisher.
enum Outgoing {
    Registration(OutgoingRegistration),
    Message(OutgoingMessage),
}

fn key_of(number: usize) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("simulated-key-{number:04}")).unwrap()
}

/// A UUID of version 7.
fn fresh_id(parts: [usize; 4]) -> RegistrationId {
    let mut bytes = [0; 16];
    for (byte, part) in bytes.iter_mut().zip(parts) {
        *byte = u8::try_from(part % 256).unwrap();
    }
    bytes[VERSION_BYTE] = 7 << 4;
    bytes[VARIANT_BYTE] = 0x80;
    RegistrationId::from_bytes(bytes)
}
