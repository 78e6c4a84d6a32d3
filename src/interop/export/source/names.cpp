// The names of a model in its source.
#include <linden/version.hpp>

#include "interop/export/source/source_text.hpp"

namespace linden::exporting {

std::string usage_of(const Request& request, const ModelSchema& schema, const Loss& loss, std::string_view what) {
  const bool is_cpp = request.format == ExportFormat::cpp;
  const std::string prefix = request.options.name + (is_cpp ? "::" : "_");
  const bool has_categories = std::ranges::find(schema.categorical, true) != schema.categorical.end();
  const std::string offset = schema.offset.empty() ? "" : "offset, ";
  std::string lines = fmt::format("Made by Linden {}: {}", version(), what);
  lines += fmt::format(
      "\n\n    double row[{0}features];       the values of a row, in the order of {0}feature_names; missing ones are "
      "NaN",
      prefix);
  if (has_categories)
    lines += fmt::format("\n    row[i] = {}category_code(i, name);       of a feature of categories", prefix);
  if (!schema.offset.empty())
    lines += fmt::format("\n    double offset[{}outputs];     what is added to the scores of the row", prefix);
  lines += fmt::format("\n    double out[{}outputs];\n    {}scores(row, {}out);", prefix, prefix, offset);
  if (!request.options.scores)
    lines +=
        fmt::format("\n    {}predict(row, {}out);       through the link, {}", prefix, offset, name_of(loss.link()));
  lines += fmt::format(
      "\n\nNo allocation, no state, nothing but <math.h> and its like; {}. Results have the bits of Linden's own.",
      is_cpp ? "C++17" : "C99");
  std::string comment;
  for (std::size_t at = 0; at <= lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string line = lines.substr(at, end - at);
    comment += is_cpp ? (line.empty() ? "//" : "// ") + line + '\n'
                      : (at == 0        ? "/* "
                         : line.empty() ? ""
                                        : "   ") +
                            line + '\n';
    at = end + 1;
  }
  if (!is_cpp) comment.insert(comment.size() - 1, " */");
  return comment;
}

void write_names(SourceText& source, const ModelSchema& schema) {
  source.constant("features", schema.feature_names.size());
  const std::vector<std::string> words = column_words(schema.feature_names);
  source.code(source.is_cpp() ? "enum column : int {" : "enum {");
  for (std::size_t f = 0; f < words.size(); ++f)
    source.code("{{comma}}\n  ~{{word}} = {{number}}",
                {{"comma", f > 0 ? "," : ""}, {"word", words[f]}, {"number", std::to_string(f)}});
  source.plain("\n};\n\n");
  source.texts("~feature_names", schema.feature_names);
  source.texts("~class_names", schema.classes);
  std::string cases;
  source.open_inside();
  for (std::size_t f = 0; f < schema.feature_names.size(); ++f) {
    if (!schema.has_categories(f) || schema.categories[f].empty()) continue;
    source.texts(fmt::format("$categories_{}", f), schema.categories[f]);
    cases +=
        fmt::format("    case {0}: return $find_name($categories_{0}, {1}, name);\n", f, schema.categories[f].size());
  }
  if (!cases.empty())
    source.code(R"(
FUNCTION double $find_name(const char* const* names, uint32_t count, const char* name) {
  uint32_t low = 0, high = count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (strcmp(names[middle], name) < 0) low = middle + 1; else high = middle;
  }
  return low < count && strcmp(names[low], name) == 0 ? DOUBLE(low) : DOUBLE(count);
}
)");
  source.close_inside();
  if (!cases.empty())
    source.code(
        "/* The number that stands for a category in a row: of a name that training did not have one that stands for\n"
        "   none, of no name (a null pointer) -1, which is missing as NaN is. */\n"
        "FUNCTION double ~category_code(int feature, const char* name) {\n  if (!name) return -1.0;\n"
        "  switch (feature) {\n{{cases}}    default: return -1.0;\n  }\n}\n\n",
        {{"cases", cases}});
}

}  // namespace linden::exporting
