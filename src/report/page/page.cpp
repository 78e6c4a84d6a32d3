#include "report/page/page.hpp"

#include <fmt/format.h>

#include <iterator>

namespace linden::reporting {
namespace {

void add(std::string& body, std::string_view text) { body += text; }

bool is_number(std::string_view cell) {
  return !cell.empty() && (std::string_view("0123456789-").find(cell[0]) != std::string_view::npos) &&
         cell.find_first_not_of("0123456789.-+e %±k ") == std::string_view::npos;
}

}  // namespace

void Page::leave_figures() {
  if (in_figures_) body_ += "</div>";
  in_figures_ = false;
}

void Page::section(std::string_view heading) {
  leave_figures();
  if (!entries_.empty()) body_ += "</section>\n";
  const std::string id = fmt::format("s{}", entries_.size() + 1);
  fmt::format_to(std::back_inserter(body_), "<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>\n", id,
                 escaped(heading));
  entries_.push_back({id, std::string(heading)});
}

void Page::heading(std::string_view text) {
  leave_figures();
  add(body_, fmt::format("<h3>{}</h3>\n", escaped(text)));
}

void Page::paragraph(std::string_view text) {
  leave_figures();
  add(body_, fmt::format("<p>{}</p>\n", escaped(text)));
}

void Page::notice(std::string_view text) {
  leave_figures();
  add(body_, fmt::format("<p class=\"notice\">{}</p>\n", escaped(text)));
}

void Page::figure(std::string_view svg, std::string_view name, std::string_view caption) {
  if (!in_figures_) body_ += "<div class=\"figures\">";
  in_figures_ = true;
  fmt::format_to(std::back_inserter(body_), "<figure>{}<figcaption><strong>{}</strong> {}</figcaption></figure>\n", svg,
                 escaped(name), escaped(caption));
}

void Page::wide_figure(std::string_view svg, std::string_view name) {
  leave_figures();
  fmt::format_to(std::back_inserter(body_),
                 "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">{}</div>\n", escaped(name),
                 svg);
}

void Page::table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                 std::string_view caption) {
  std::vector<std::vector<std::string>> safe;
  for (const std::vector<std::string>& row : rows) {
    safe.emplace_back();
    for (const std::string& cell : row) safe.back().push_back(escaped(cell));
  }
  html_table(head, safe, caption);
}

void Page::html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                      std::string_view caption) {
  leave_figures();
  fmt::format_to(std::back_inserter(body_),
                 "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table><caption>{0}</caption>"
                 "<thead><tr>",
                 escaped(caption));
  for (const std::string& cell : head) add(body_, fmt::format("<th scope=\"col\">{}</th>", escaped(cell)));
  body_ += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    body_ += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      add(body_, i == 0              ? fmt::format("<th scope=\"row\">{}</th>", row[i])
                 : is_number(row[i]) ? fmt::format("<td class=\"n\">{}</td>", row[i])
                                     : fmt::format("<td>{}</td>", row[i]));
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void Page::code(std::string_view text) {
  leave_figures();
  fmt::format_to(std::back_inserter(body_), "<pre tabindex=\"0\"><code>{}</code></pre>\n", escaped(text));
}

void Page::open_details(std::string_view summary, bool open) {
  leave_figures();
  fmt::format_to(std::back_inserter(body_), "<details{}><summary>{}</summary>\n", open ? " open=\"open\"" : "",
                 escaped(summary));
}

void Page::close_details() {
  leave_figures();
  body_ += "</details>\n";
}

void Page::facts(const std::vector<Fact>& all) {
  leave_figures();
  body_ += "<dl class=\"facts\">";
  for (const Fact& fact : all)
    fmt::format_to(std::back_inserter(body_), "<div><dt>{}</dt><dd>{}</dd></div>", escaped(fact.name),
                   escaped(fact.value));
  body_ += "</dl>\n";
}

std::string Page::document(std::string_view title, std::string_view subtitle) const {
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"/><meta name=\"color-scheme\" content=\"light dark\"/><link "
      "rel=\"icon\" href=\"data:,\"/><title>{}</title>\n<style>{}</style></head>\n<body><a class=\"skip\" "
      "href=\"#main\">Skip to the content</a><header><h1>{}</h1><p>{}</p></header>\n<nav aria-label=\"Chapters\"><ul>",
      escaped(title), style(), escaped(title), escaped(subtitle));
  for (const Entry& entry : entries_)
    fmt::format_to(std::back_inserter(text), "<li><a href=\"#{}\">{}</a></li>", entry.id, escaped(entry.heading));
  text += "</ul></nav>\n<main id=\"main\">\n";
  text += body_;
  if (in_figures_) text += "</div>";
  if (!entries_.empty()) text += "</section>\n";
  text += "</main></body></html>\n";
  return text;
}

}  // namespace linden::reporting
