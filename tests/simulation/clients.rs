//! Clients, which repeat each submission until it is accepted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{IdempotencyKey, ImportId, Lane, Registration, RegistrationId, Student};
use registrar_messaging::{
    Envelope, ImportContent, ImportPart, OutgoingMessage, OutgoingRegistration, PublishError,
};
use time::OffsetDateTime;
use tokio::time::{sleep, timeout};

use super::database::{DEADLY, POISON};
use super::imports::messages::{envelopes, import_messages, import_of};
use super::installation::Assembly;
use super::plan::{Content, Submission, student};
use super::world::World;

/// Between two attempts.
const PAUSE_MS: (u64, u64) = (1, 250);
/// Where an id has its UUID version and variant.
const VERSION_BYTE: usize = 6;
const VARIANT_BYTE: usize = 8;

/// One client, with its submissions one after the other, and the messages of an import in any order.
pub(crate) async fn submit_all<A: Assembly>(world: Arc<World>, number: usize) {
    if world.plan.is_burst {
        world.publisher_is_ready().await;
    }
    for (position, submission) in world.plan.clients[number].iter().enumerate() {
        let mut attempts = 0;
        for _ in 0..=usize::from(submission.repeats) {
            let mut left: Vec<_> = (0..message_count(submission)).collect();
            while !left.is_empty() {
                let which = left.swap_remove(world.random().below(left.len()));
                loop {
                    if attempts > 0 {
                        sleep(world.some_ms(PAUSE_MS)).await;
                    }
                    attempts += 1;
                    let mut messages =
                        messages::<A>(&world, submission, [number, position, attempts]);
                    let Message { registrations, cancels, outgoing } = messages.swap_remove(which);
                    let ids: Vec<_> = registrations.iter().map(|one| one.id).collect();
                    if publish::<A>(&world, submission, attempts, &ids, outgoing).await {
                        world.people().note_accepted(&registrations, cancels);
                        break;
                    }
                }
            }
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
    let name = match &message {
        Outgoing::Message(OutgoingMessage { message_id, .. }) if ids.is_empty() => {
            message_id.clone()
        }
        _ => world.names_of(ids),
    };
    world.note(|| format!("client: sends {name}"));
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
    world.note(|| format!("client: {result:?} for {name}"));
    result.is_ok()
}

fn message_count(submission: &Submission) -> usize {
    match &submission.content {
        Content::Students(rows) if rows.len() > 1 => {
            import_messages(rows.len(), submission.is_cancelled)
        }
        _ => 1,
    }
}

/// What is sent at once.
struct Message {
    registrations: Vec<Registration>,
    cancels: Option<ImportId>,
    outgoing: Outgoing,
}

/// What is sent, one after the other.
fn messages<A: Assembly>(
    world: &World,
    submission: &Submission,
    [client, position, attempt]: [usize; 3],
) -> Vec<Message> {
    let emails = match &submission.content {
        Content::Students(addresses) => addresses.iter().copied().map(student).collect(),
        Content::Poison => vec![POISON.to_owned()],
        Content::Deadly => vec![DEADLY.to_owned()],
        Content::Unreadable => vec!["unreadable@example.com".to_owned()],
    };
    let registration = |(row, email): (usize, &String)| {
        let student = Student::parse("Ada", "Lovelace", email).unwrap();
        let id = match submission.key {
            Some(key) => A::id(&key_of(key), &format!("row {row}"), &student),
            None => fresh_id([client, position, attempt, row]),
        };
        world.introduce(id, format!("{client}.{position}.{attempt}.{row}({email})"));
        let accepted_at = OffsetDateTime::UNIX_EPOCH;
        Registration { id, student, accepted_at, import: None }
    };
    let registrations: Vec<_> = emails.iter().enumerate().map(registration).collect();
    let message = |lane, message_id: String, body: Vec<u8>| {
        let headers = BTreeMap::new();
        let body = body.into();
        Outgoing::Message(OutgoingMessage { lane, message_id, body, headers, numbers: None })
    };
    let outgoing = match (&submission.content, registrations.as_slice()) {
        (Content::Unreadable, [one, ..]) => {
            let body = br#"{"version":2}"#.to_vec();
            message(Lane::Interactive, one.id.to_string(), body)
        }
        (_, [one]) => Outgoing::Registration(OutgoingRegistration::new(one, None)),
        _ => {
            let import = import_of([client, position]);
            let from = |envelope: Envelope| {
                let ImportPart { id, content, .. } = envelope.import.as_ref().unwrap();
                let is_chunk = matches!(content, ImportContent::Chunk(_));
                let lane = if is_chunk { Lane::Bulk } else { Lane::Interactive };
                let cancels = matches!(content, ImportContent::Cancellation(_)).then_some(*id);
                let message_id = match envelope.registrations.as_slice() {
                    [] => envelope.import.as_ref().unwrap().message_id(),
                    [first, ..] => first.id.to_string(),
                };
                let outgoing = message(lane, message_id, envelope.encode());
                Message { registrations: envelope.registrations, cancels, outgoing }
            };
            let envelopes = envelopes(import, &registrations, submission.is_cancelled);
            return envelopes.into_iter().map(from).collect();
        }
    };
    vec![Message { registrations, cancels: None, outgoing }]
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
