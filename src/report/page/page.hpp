// The page as it grows: sections with paragraphs, figures, tables and parts that fold. Callers pass plain texts, which
// are made safe here; what is HTML already is called html or svg.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/svg/text.hpp"

namespace linden::reporting {

class Page {
 public:
  /// A chapter with its place in the navigation.
  void section(std::string_view heading);
  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// What a reader should not miss.
  void notice(std::string_view text);
  /// Figures stand side by side where there is room: from here on, until anything else comes.
  void figure(std::string_view svg, std::string_view name, std::string_view caption);
  /// A figure that is as wide as it is: scrolls by itself.
  void wide_figure(std::string_view svg, std::string_view name);
  /// `numeric`: which columns are aligned to the right.
  void table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
             std::string_view caption);
  /// The same of cells that are HTML, made safe by the caller.
  void html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                  std::string_view caption);
  void code(std::string_view text);
  void open_details(std::string_view summary, bool open = false);
  void close_details();
  /// Large figures of one value each.
  struct Fact {
    std::string value, name;
  };
  void facts(const std::vector<Fact>& all);

  /// The whole document.
  std::string document(std::string_view title, std::string_view subtitle) const;

 private:
  void leave_figures();

  struct Entry {
    std::string id, heading;
  };

  std::string body_;
  std::vector<Entry> entries_;
  bool in_figures_ = false;
};

/// The style of all pages, both themes.
std::string style();

/// A colour of the page by the name of its variable ("text", "series-0"), as "#rrggbb".
std::string colour_of(std::string_view name, bool dark);
/// All names.
std::vector<std::string> colour_names();

}  // namespace linden::reporting
