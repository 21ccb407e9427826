//! Whose a request is, what a bucket is set to, what its lists say, and what follows from that.

use crate::behaviour::Behaviour;

mod access;
mod ageing;
mod consequences;
mod cors;
mod cross_origin;
mod destinations;
mod grants;
mod hosts;
mod identity;
mod limits;
mod lists;
mod locations;
mod malformed;
mod markers;
mod namesakes;
mod pages;
mod rules;
mod settings;
mod statements;
mod statistics;
mod traces;

/// By subject.
pub(super) static ALL: &[&[Behaviour]] = &[
    &cors::ALL,
    &access::ALL,
    &settings::ALL,
    &limits::ALL,
    &lists::ALL,
    &identity::ALL,
    &malformed::ALL,
    &hosts::ALL,
    &locations::ALL,
    &statements::ALL,
    &grants::ALL,
    &rules::ALL,
    &destinations::ALL,
    &cross_origin::ALL,
    &pages::ALL,
    &markers::ALL,
    &namesakes::ALL,
    &statistics::ALL,
    &ageing::ALL,
    &consequences::ALL,
    &traces::ALL,
];
