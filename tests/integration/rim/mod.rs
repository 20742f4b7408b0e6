//! The edge of the program: certificates, proxies, redirects, credentials, and malformed files.

mod again;
mod bad_files;
mod budget;
mod encodings;
mod fetched;
mod hostile_text;
mod keep;
mod origin;
mod place;
mod proxy;
mod redirects;
mod secrets;
mod tls;
