//! Changes for build servers: a test case for each cause.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::super::RenderError;
use super::{ChangeFormat, cause_extent, change_line, example, single_line_report, verdict};
use crate::model::change::{ChangeCause, ChangeClass, ChangeReport};

pub(super) const FORMAT: ChangeFormat = ChangeFormat { name: "junit", file_name: Some("changes.junit.xml"), render };

fn render(found: &ChangeReport) -> Result<String, RenderError> {
    let found = &single_line_report(found);
    let mut suite = TestSuite::new("changes");
    suite.add_test_cases(found.causes.iter().map(|cause| case(found, cause)));
    if !found.is_founded() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("nothing was compared");
        suite.add_test_case(TestCase::new("comparison", status));
    } else if found.causes.is_empty() {
        suite.add_test_case(TestCase::new("no changes", TestCaseStatus::success()));
    }
    let mut document = quick_junit::Report::new(verdict(found));
    document.add_test_suite(suite);
    let mut text = document.to_string().map_err(|error| RenderError::new("JUnit", &error))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// What breaks clients fails, what is not known any more is an error, what may break some is skipped with its reason.
fn case(found: &ChangeReport, cause: &ChangeCause) -> TestCase {
    let words = format!("{} ({})", cause.reason, cause_extent(cause));
    let mut status = match cause.class {
        ChangeClass::Breaking => TestCaseStatus::non_success(NonSuccessKind::Failure),
        ChangeClass::Unclear => TestCaseStatus::non_success(NonSuccessKind::Error),
        ChangeClass::Risky => TestCaseStatus::skipped(),
        ChangeClass::Harmless => TestCaseStatus::success(),
    };
    let example = example(found, cause).map(change_line).unwrap_or_default();
    status.set_type(cause.class.as_str()).set_message(words.as_str()).set_description(format!("{example}\n{}", cause.curl));
    let mut test = TestCase::new(format!("{} {}", cause.kind, cause.id), status);
    test.set_classname(cause.class.as_str());
    if cause.class == ChangeClass::Harmless {
        test.set_system_out(format!("{words}\n{example}"));
    }
    test
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::small::sample;

    #[test]
    fn every_class_has_its_kind_of_case() {
        insta::assert_snapshot!("change_junit", render(&sample()).unwrap());
    }
}
