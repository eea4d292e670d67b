use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use minijinja::{Environment, Error, UndefinedBehavior, Value, context};
use registrar_texts::Language;

use super::{Page, samples};

/// The templates of the pages, read once at the start.
#[derive(Clone)]
pub struct Pages(Arc<Templates>);

struct Templates {
    environment: Environment<'static>,
    english: Value,
    persian: Value,
    languages: Value,
}

impl Pages {
    /// Reads every template of a folder, and tries each with everything that it can be given.
    ///
    /// # Errors
    /// The rest of a sentence that says what is wrong.
    pub fn load(folder: &str) -> Result<Self, String> {
        let wrong = |why| format!("it must be the folder with the templates of the pages: {why}");
        let environment = read(Path::new(folder)).map_err(wrong)?;
        let pages = Self(Arc::new(Templates {
            environment,
            english: Value::from_serialize(Language::English.texts().catalogue()),
            persian: Value::from_serialize(Language::Persian.texts().catalogue()),
            languages: Value::from_serialize(Language::ALL.map(|language| {
                context! { code => language.code(), name => language.texts().language_name() }
            })),
        }));
        for language in Language::ALL {
            for page in samples::pages(language) {
                let rendered = pages.render(&page, language, "");
                rendered.map_err(|error| wrong(format!("one cannot be rendered, {error}")))?;
            }
        }
        Ok(pages)
    }

    /// A page in a language; its links keep `query`.
    pub fn render(&self, page: &Page, language: Language, query: &str) -> Result<String, Error> {
        let Templates { environment, english, persian, languages } = &*self.0;
        let texts = match language {
            Language::English => english,
            Language::Persian => persian,
        };
        environment.get_template(page.template())?.render(context! {
            t => texts,
            lang => language.code(),
            query => query,
            languages => languages,
            ..page.own()
        })
    }
}

fn read(folder: &Path) -> Result<Environment<'static>, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let unreadable = |name: &str, error: &io::Error| format!("{name} cannot be read, {error}");
    let entries = fs::read_dir(folder).map_err(|error| unreadable("it", &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable("it", &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_some_and(|extension| extension == "html") {
            let source = fs::read_to_string(&path).map_err(|error| unreadable(name, &error))?;
            let added = environment.add_template_owned(name.to_owned(), source);
            added.map_err(|error| format!("{name} is no template, {error}"))?;
        }
    }
    match Page::TEMPLATES.iter().find(|name| environment.get_template(name).is_err()) {
        Some(missing) => Err(format!("{missing} is not there")),
        None => Ok(environment),
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pages(…)")
    }
}

#[cfg(test)]
mod tests;
