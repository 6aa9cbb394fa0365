//! The functions and filters of templates, beside those of minijinja.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State};

use super::arguments::{Argument, Arguments, Form};
use super::catalogs::Catalogs;
use super::markup::{escape, isolated, isolated_html, isolated_text};
use super::relative;

/// Adds the functions: `t` and `plain` for messages; the filters `time`, `ago`, `device_name`, `strong`, `code`, `escape` and `isolate` for values.
pub(super) fn add(environment: &mut Environment<'static>, catalogs: &Arc<Catalogs>) {
    for (name, form) in [("t", Form::Html), ("plain", Form::Plain)] {
        let catalogs = Arc::clone(catalogs);
        environment.add_function(name, move |state: &State, id: &str, arguments: Kwargs| {
            message(&catalogs, state, id, &arguments, form)
        });
    }
    let of_time = Arc::clone(catalogs);
    environment.add_filter("time", move |state: &State, seconds: i64| time(&of_time, state, seconds, Form::Html));
    let of_ago = Arc::clone(catalogs);
    environment.add_filter("ago", move |state: &State, seconds: i64, now: i64| ago(&of_ago, state, seconds, now));
    let of_device = Arc::clone(catalogs);
    environment.add_filter("device_name", move |state: &State, device: &Value| device_name(&of_device, state, device));
    environment.add_filter("isolate", |value: &Value| isolate(value));
    environment.add_filter("strong", |value: &Value| element("strong", value));
    environment
        .add_filter("code", |text: &str| Value::from_safe_string(format!("<code dir=\"ltr\">{}</code>", escape(text))));
    environment.add_filter("escape", |text: &str| Value::from_safe_string(escape(text).into_owned()));
    environment.set_formatter(write);
}

/// Writes a value into the page: escaped, unless it is the result of a function above.
fn write(output: &mut Output, _state: &mut State, value: &Value) -> Result<(), Error> {
    match (value.as_str(), value.kind()) {
        (Some(text), _) if value.is_safe() => output.write_str(text)?,
        (Some(text), _) => output.write_str(&escape(text))?,
        (None, ValueKind::Number | ValueKind::Bool) => write!(output, "{value}")?,
        (None, kind) => {
            let what = format!("a value of the kind {kind} cannot be printed");
            return Err(Error::new(ErrorKind::InvalidOperation, what));
        }
    }
    Ok(())
}

fn message(catalogs: &Catalogs, state: &State, id: &str, kwargs: &Kwargs, form: Form) -> Result<Value, Error> {
    let mut arguments = Arguments::default();
    for name in kwargs.args() {
        let value: Value = kwargs.peek(name)?;
        if let Some(argument) = argument(name, &value)? {
            arguments.push(name, argument);
        }
    }
    let text = catalogs.format(&language(state), id, &arguments, form);
    text.map(Value::from_safe_string).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// The argument of a message; `None` for a value that the page does not have.
fn argument(name: &str, value: &Value) -> Result<Option<Argument>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    let number = || value.as_i64().filter(|_| value.is_number()).map(Argument::Number);
    let text = || {
        let text = value.as_str()?.to_owned();
        Some(if value.is_safe() { Argument::Markup(text) } else { Argument::Text(text) })
    };
    let argument = number().or_else(text);
    let what = || format!("the argument {name} is neither a text nor a whole number");
    argument.map(Some).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, what()))
}

fn time(catalogs: &Catalogs, state: &State, seconds: i64, form: Form) -> Result<Value, Error> {
    let tag = language(state);
    let Some(time) = catalogs.time(&tag, seconds) else { return Ok(Value::from("")) };
    let mut arguments = Arguments::default();
    arguments.push("time", Argument::Markup(escape(&time).into_owned()));
    let text = catalogs.format(&tag, "time-in-utc", &arguments, form);
    text.map(Value::from_safe_string).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// How long ago a time was, with the time itself for programs and as the title.
fn ago(catalogs: &Catalogs, state: &State, seconds: i64, now: i64) -> Result<Value, Error> {
    let (message, count) = relative::age(now.saturating_sub(seconds));
    let mut arguments = Arguments::default();
    arguments.push("count", Argument::Number(count));
    let words = catalogs.format(&language(state), message, &arguments, Form::Plain);
    let words = words.map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    let Some(datetime) = relative::machine_readable(seconds) else { return Ok(Value::from_safe_string(words)) };
    let title = time(catalogs, state, seconds, Form::Plain)?;
    Ok(Value::from_safe_string(format!("<time datetime=\"{datetime}\" title=\"{title}\">{words}</time>")))
}

/// The name of a device by its members `browser` and `os`, without isolation.
fn device_name(catalogs: &Catalogs, state: &State, device: &Value) -> Result<Value, Error> {
    let text = |name: &str| {
        let value = device.get_attr(name).ok()?;
        value.as_str().filter(|text| !text.is_empty()).map(|text| escape(text).into_owned())
    };
    let (message, arguments) = match (text("browser"), text("os")) {
        (Some(browser), Some(os)) => {
            let mut arguments = Arguments::default();
            arguments.push("browser", Argument::Markup(browser));
            arguments.push("os", Argument::Markup(os));
            ("device-browser-on-os", arguments)
        }
        (Some(one), None) | (None, Some(one)) => return Ok(Value::from_safe_string(one)),
        (None, None) => ("device-unknown", Arguments::default()),
    };
    let name = catalogs.format(&language(state), message, &arguments, Form::Plain);
    name.map(Value::from_safe_string).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
}

/// A value for a title or an attribute, between characters that isolate its direction.
fn isolate(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default();
    Value::from_safe_string(if value.is_safe() { isolated(text) } else { isolated_text(text) })
}

fn element(name: &str, value: &Value) -> Value {
    let content = match value.as_str() {
        Some(markup) if value.is_safe() => markup.to_owned(),
        Some(text) => isolated_html(text),
        None => isolated_html(&value.to_string()),
    };
    Value::from_safe_string(format!("<{name}>{content}</{name}>"))
}

/// The language of the page, from its frame.
fn language(state: &State) -> String {
    state.lookup("lang").and_then(|tag| tag.as_str().map(str::to_owned)).unwrap_or_default()
}
