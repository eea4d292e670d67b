use std::fmt::Write as _;

/// An HTML document being written. Text is always escaped.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup that is written in this source.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere, in content or in a quoted attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A number.
    pub(super) fn number(&mut self, number: u16) -> &mut Self {
        // Writing to a string cannot fail.
        _ = write!(self.0, "{number}");
        self
    }

    /// Text with `code` in backticks, as the documentation of the code has it.
    pub(super) fn prose(&mut self, text: &str) -> &mut Self {
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.markup("<code>").text(part).markup("</code>");
            } else {
                self.text(part);
            }
        }
        self
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::default();
        html.text("<b a=\"x\"> & `").prose(" use `a<b`.");
        assert_eq!(html.finish(), "&lt;b a=&quot;x&quot;&gt; &amp; ` use <code>a&lt;b</code>.");
    }
}
