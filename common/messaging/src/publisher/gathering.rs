//! Group commit: which of the waiting requests travel in the next message.

use std::collections::VecDeque;

use super::message::{OutgoingMessage, OutgoingRegistration};
use super::request::{Content, PublishRequest, Reply};

/// With fewer unconfirmed messages what waits travels at once: one is on its way to the disk, one behind it.
pub(crate) const FEW_MESSAGES: usize = 2;
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
        let PublishRequest { content, reply, .. } = self.0.pop_front()?;
        let mut replies = vec![reply];
        let first = match content {
            Content::Message(message) => return Some((message, replies)),
            Content::Registration(first) => first,
        };
        let most = if first.may_travel_with_others() { most } else { 1 };
        let mut room = MOST_BYTES.saturating_sub(first.json_len());
        let mut others = Vec::new();
        while replies.len() < most
            && let Some((next, reply)) = self.take_if_it_fits(room)
        {
            room -= next.json_len();
            others.push(next);
            replies.push(reply);
        }
        Some((OutgoingRegistration::message(&first, &others), replies))
    }

    fn take_if_it_fits(&mut self, room: usize) -> Option<(OutgoingRegistration, Reply)> {
        let fits = |next: &mut PublishRequest| match &next.content {
            Content::Registration(next) => next.json_len() <= room && next.may_travel_with_others(),
            Content::Message(_) => false,
        };
        match self.0.pop_front_if(fits)? {
            PublishRequest { content: Content::Registration(next), reply, .. } => {
                Some((next, reply))
            }
            PublishRequest { content: Content::Message(_), .. } => None,
        }
    }
}
