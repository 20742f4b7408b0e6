//! The tests that run the program or call its library, all in one binary, so that the library is linked once.

#[path = "../support/mod.rs"]
mod support;

mod allowed_by_suite;
mod budget;
mod changes;
mod commands;
mod contract;
mod credentials;
mod drawn;
mod faults;
mod findings;
mod folder_suite;
mod foreign;
mod growth;
mod hooks;
mod hostile;
mod lacking;
mod orders;
mod outage;
mod own_requests;
mod permission;
mod planted;
mod positions;
mod read_only;
mod report_schema;
mod resume;
mod rim;
mod schemas_readme;
mod second_contract;
mod selection;
mod self_test;
mod session;
mod suite_schema;
