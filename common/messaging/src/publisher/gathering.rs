//! Group commit: which of the waiting requests travel in the next message.

use std::collections::VecDeque;

use super::message::{OutgoingMessage, OutgoingRegistration};
use super::request::{Content, PublishRequest, Reply};

/// With fewer unconfirmed messages each registration travels at once and alone.
pub(crate) const FEW_MESSAGES: usize = 4;
/// The most registrations of a message.
pub(crate) const GROUP_MOST: usize = 32;
/// So much JSON fits into one frame with room to spare, see [`Frames`](crate::connection::Frames).
const MOST_BYTES: usize = 12 * 1024;

/// Requests that wait to be sent, in the order in which they came.
#[derive(Default)]
pub(crate) struct Gathering(VecDeque<PublishRequest>);

impl Gathering {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, request: PublishRequest) {
        self.0.push_back(request);
    }

    /// The one that came first.
    pub(crate) fn first(&self) -> Option<&PublishRequest> {
        self.0.front()
    }

    /// Whether the first is a message of its own, for which there is nothing to wait.
    pub(crate) fn starts_with_message(&self) -> bool {
        self.first().is_some_and(|request| matches!(request.content, Content::Message(_)))
    }

    pub(crate) fn drop_abandoned(&mut self) {
        self.0.retain(|request| !request.reply.is_abandoned());
    }

    pub(crate) fn pop(&mut self) -> Option<PublishRequest> {
        self.0.pop_front()
    }

    /// Takes the next message with its replies, in order, of at most so many registrations: the first
    /// request, and those behind it that may share its message.
    pub(crate) fn take(&mut self, most: usize) -> Option<(OutgoingMessage, Vec<Reply>)> {
        let first = self.0.pop_front()?;
        let one = match first.content {
            Content::Message(message) => return Some((message, vec![first.reply])),
            Content::Registration(one) => one,
        };
        let (mut registrations, mut replies) = (vec![one], vec![first.reply]);
        while registrations.len() < most && self.next_fits(&registrations) {
            let Some(PublishRequest { content: Content::Registration(next), reply, .. }) =
                self.0.pop_front()
            else {
                break;
            };
            registrations.push(next);
            replies.push(reply);
        }
        Some((OutgoingRegistration::message(&registrations)?, replies))
    }

    fn next_fits(&self, registrations: &[OutgoingRegistration]) -> bool {
        let Some(Content::Registration(next)) = self.0.front().map(|request| &request.content)
        else {
            return false;
        };
        let bytes: usize = registrations.iter().map(OutgoingRegistration::json_len).sum();
        bytes + next.json_len() <= MOST_BYTES
            && registrations.iter().all(|one| one.lane == next.lane)
            && registrations.iter().chain([next]).all(OutgoingRegistration::may_travel_with_others)
    }
}
