#include "interop/export/source/source_text.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace linden::exporting {
namespace {

constexpr std::size_t widest_line = 118;

// Words that C++ or C keeps for itself, and names that a program cannot have as a namespace.
const std::set<std::string, std::less<>>& kept_words() {
  static const std::set<std::string, std::less<>> words{
      "alignas",     "alignof",      "and",          "and_eq",
      "asm",         "auto",         "bitand",       "bitor",
      "bool",        "break",        "case",         "catch",
      "char",        "char16_t",     "char32_t",     "char8_t",
      "class",       "co_await",     "co_return",    "co_yield",
      "compl",       "concept",      "const",        "const_cast",
      "consteval",   "constexpr",    "constinit",    "continue",
      "decltype",    "default",      "delete",       "do",
      "double",      "dynamic_cast", "else",         "enum",
      "explicit",    "export",       "extern",       "false",
      "float",       "for",          "friend",       "goto",
      "if",          "inline",       "int",          "long",
      "main",        "mutable",      "namespace",    "new",
      "noexcept",    "not",          "not_eq",       "nullptr",
      "operator",    "or",           "or_eq",        "private",
      "protected",   "public",       "register",     "reinterpret_cast",
      "requires",    "restrict",     "return",       "short",
      "signed",      "sizeof",       "static",       "static_assert",
      "static_cast", "std",          "struct",       "switch",
      "template",    "this",         "thread_local", "throw",
      "true",        "try",          "typedef",      "typeid",
      "typename",    "union",        "unsigned",     "using",
      "virtual",     "void",         "volatile",     "wchar_t",
      "while",       "xor",          "xor_eq"};
  return words;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

void check_name(const Request& request) {
  const std::string& name = request.options.name;
  const bool is_word = !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_of_word) &&
                       name.find("__") == name.npos && !kept_words().contains(name);
  if (!is_word)
    fail<ArgumentError>(
        "export_model: .name is \"{}\", which cannot be a name in source. Hint: a letter, then letters, digits and "
        "single underscores, and no word that C or C++ keeps for itself.",
        name);
}

}  // namespace

std::string double_literal(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

std::string text_literal(const Request& request, std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '\0') refuse(request, "a name in it has a byte of 0, which would end it in C.");
    const bool is_plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?';
    literal += is_plain ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  }
  return literal + '"';
}

std::vector<std::string> column_words(const std::vector<std::string>& names) {
  std::vector<std::string> words;
  std::set<std::string> taken;
  for (const std::string& name : names) {
    std::string word = "column_";
    for (const char c : name)
      if (is_of_word(c) && c != '_')
        word += c;
      else if (word.back() != '_')
        word += '_';
    if (word.back() == '_') word.pop_back();
    const std::string plain = word;
    for (int copy = 2; !taken.insert(word).second; ++copy) word = fmt::format("{}_{}", plain, copy);
    words.push_back(word);
  }
  return words;
}

SourceText::SourceText(const Request& request) : request_(request), is_cpp_(request.format == ExportFormat::cpp) {
  check_name(request);
}

std::string SourceText::marked(std::string_view text) const {
  const std::string& name = request_.options.name;
  const std::string inside = !is_cpp_ ? name + "_detail_" : is_inside_ ? "" : "detail::";
  struct Mark {
    std::string_view mark;
    std::string text;
  };
  const auto cast = [&](std::string_view type) {
    return is_cpp_ ? fmt::format("static_cast<{}>(", type) : fmt::format("({})(", type);
  };
  const std::vector<Mark> marks{{"$", inside},
                                {"~", is_cpp_ ? "" : name + "_"},
                                {"FUNCTION", is_cpp_ ? "inline" : "static inline"},
                                {"TABLE", is_cpp_ ? "inline constexpr" : "static const"},
                                {"U32(", cast("uint32_t")},
                                {"I32(", cast("int32_t")},
                                {"U64(", cast("uint64_t")},
                                {"DOUBLE(", cast("double")}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto mark = std::ranges::find_if(marks, [&](const Mark& m) { return text.substr(i).starts_with(m.mark); });
    const bool is_mark = mark != marks.end() && (i == 0 || !is_of_word(text[i - 1]));
    out += is_mark ? std::string_view(mark->text) : text.substr(i, 1);
    i += is_mark ? mark->mark.size() : 1;
  }
  return out;
}

void SourceText::code(std::string_view text, const std::vector<Value>& values) {
  std::string filled(text);
  for (const Value& value : values) {
    const std::string place = fmt::format("{{{{{}}}}}", value.name);
    for (std::size_t at = 0; (at = filled.find(place, at)) != filled.npos; at += value.value.size())
      filled.replace(at, place.size(), value.value);
  }
  out_ += marked(filled);
}

void SourceText::table(std::string_view type, std::string_view name, const std::vector<std::string>& entries) {
  if (entries.empty()) return;
  out_ += marked(fmt::format("TABLE {} {}[] = {{", type, name));
  std::size_t width = widest_line;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool ends = width + entries[i].size() + 2 > widest_line;
    out_ += ends ? "\n    " : " ";
    width = (ends ? 4 : width + 1) + entries[i].size() + 1;
    out_ += entries[i];
    if (i + 1 < entries.size()) out_ += ',';
  }
  out_ += "};\n";
}

void SourceText::table(std::string_view name, const std::vector<double>& entries) {
  std::vector<std::string> literals;
  for (const double entry : entries) literals.push_back(double_literal(entry));
  table("double", name, literals);
}

void SourceText::texts(std::string_view name, const std::vector<std::string>& entries) {
  std::vector<std::string> literals;
  for (const std::string& entry : entries) literals.push_back(text_literal(request_, entry));
  // A constant pointer is what a constexpr one is anyway.
  table(is_cpp_ ? "const char*" : "char* const", name, literals);
}

void SourceText::constant(std::string_view name, std::size_t value) {
  code(is_cpp_ ? "inline constexpr int ~{{name}} = {{value}};\n" : "enum { ~{{name}} = {{value}} };\n",
       {{"name", std::string(name)}, {"value", std::to_string(value)}});
}

void SourceText::open(const std::string& about) {
  const std::string guard = "LINDEN_SOURCE_OF_" + request_.options.name;
  out_ += about;
  out_ += fmt::format("#ifndef {0}\n#define {0}\n\n", guard);
  out_ +=
      "#include <float.h>\n#include <math.h>\n#include <stdint.h>\n#include <string.h>\n\n"
      "#if defined(__FAST_MATH__)\n"
      "#error \"missing values are NaN, which -ffast-math takes for impossible: compile without it\"\n#endif\n"
      "#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD > 0\n"
      "#error \"doubles are computed with more digits than they have: on x86 compile with -msse2 -mfpmath=sse\"\n"
      "#endif\n\n"
      "/* A fused multiply-add rounds once where these sums round twice. */\n"
      "#if defined(__GNUC__) && !defined(__clang__)\n#pragma GCC push_options\n#pragma GCC "
      "optimize(\"fp-contract=off\")\n"
      "#elif defined(_MSC_VER) && !defined(__clang__)\n#pragma fp_contract(off)\n"
      "#else\n#pragma STDC FP_CONTRACT OFF\n#endif\n\n";
  if (is_cpp_) out_ += fmt::format("namespace {} {{\n\n", request_.options.name);
}

void SourceText::close() {
  if (is_cpp_) out_ += fmt::format("\n}}  // namespace {}\n", request_.options.name);
  out_ += "\n#if defined(__GNUC__) && !defined(__clang__)\n#pragma GCC pop_options\n#endif\n\n#endif\n";
}

void SourceText::open_inside() {
  is_inside_ = true;
  if (is_cpp_) out_ += "namespace detail {\n\n";
}

void SourceText::close_inside() {
  is_inside_ = false;
  if (is_cpp_) out_ += "\n}  // namespace detail\n";
  out_ += '\n';
}

}  // namespace linden::exporting
