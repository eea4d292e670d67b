use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use tower::{Layer, Service};

pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// What happens around the service below.
pub trait Around: Clone {
    fn call<S>(&self, below: &mut S, request: Request) -> Answering
    where
        S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>;
}

#[derive(Clone, Debug)]
pub struct AroundLayer<A>(pub A);

#[derive(Clone, Debug)]
pub struct Surrounded<A, S> {
    around: A,
    below: S,
}

impl<A: Around, S> Layer<S> for AroundLayer<A> {
    type Service = Surrounded<A, S>;

    fn layer(&self, below: S) -> Self::Service {
        Surrounded { around: self.0.clone(), below }
    }
}

impl<A, S> Service<Request> for Surrounded<A, S>
where
    A: Around,
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.below.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Answering {
        self.around.call(&mut self.below, request)
    }
}
