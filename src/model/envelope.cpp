#include "model/envelope.hpp"

#include <algorithm>
#include <linden/version.hpp>
#include <set>

#include "base/atomic_file.hpp"
#include "base/fail.hpp"
#include "data/text_file.hpp"
#include "loss/program_json.hpp"
#include "model/model_family.hpp"

namespace linden {
namespace {

constexpr std::string_view format_name = "linden model";
constexpr int schema = 1;
constexpr std::string_view checksum_opening = ",\"checksum\":\"";
constexpr std::string_view checksum_closing = "\"}\n";
constexpr std::size_t checksum_digits = 16;

// FNV-1a, 64 bits: every single change of a byte changes it.
std::uint64_t checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string sealed(std::string text) {
  text.pop_back();  // the closing brace, which comes back after the checksum
  const std::uint64_t sum = checksum(text);
  return fmt::format("{}{}{:016x}{}", text, checksum_opening, sum, checksum_closing);
}

// The document without its seal. The seal has one place and one form: anything else was changed.
std::string unsealed(const std::string& file, std::string text) {
  constexpr std::size_t seal = checksum_opening.size() + checksum_digits + checksum_closing.size();
  if (!text.starts_with(model_opening))
    fail<FileError>("{}: not a Linden model. Hint: models are written by save() and by linden train --out.", file);
  const std::string_view end =
      text.size() >= seal ? std::string_view(text).substr(text.size() - seal) : std::string_view{};
  if (!end.starts_with(checksum_opening) || !end.ends_with(checksum_closing))
    fail<FileError>("{}: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.",
                    file);
  const std::string_view content = std::string_view(text).substr(0, text.size() - seal);
  if (fmt::format("{:016x}", checksum(content)) != end.substr(checksum_opening.size(), checksum_digits))
    fail<FileError>(
        "{}: the model was changed after it was written: its checksum does not fit. Hint: copy the file again, or "
        "train again.",
        file);
  text.resize(content.size());
  return text += '}';
}

void check_names(const JsonReader& at, const std::vector<std::string>& names) {
  const std::set<std::string> distinct(names.begin(), names.end());
  if (distinct.size() != names.size()) at.refuse("has a name twice");
}

void read_columns(const JsonReader& columns, Envelope& envelope) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const JsonReader column = columns[i];
    envelope.feature_names.push_back(column["name"].text());
    envelope.categorical.push_back(column.has("categories"));
    envelope.categories.push_back(column.has("categories") ? column["categories"].texts() : std::vector<std::string>{});
    if (!std::is_sorted(envelope.categories.back().begin(), envelope.categories.back().end()))
      column.refuse("has categories out of order");
    check_names(column, envelope.categories.back());
  }
  check_names(columns, envelope.feature_names);
}

}  // namespace

void write_model(const std::filesystem::path& path, const Envelope& envelope) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < envelope.feature_names.size(); ++i) {
    Json column{{"name", envelope.feature_names[i]}};
    if (envelope.categorical[i]) column["categories"] = envelope.categories[i];
    columns.push_back(std::move(column));
  }
  Json document{{"format", format_name}, {"schema", schema}, {"library", version()}, {"model", envelope.family}};
  document["columns"] = std::move(columns);
  document["label"] = envelope.label;
  document["classes"] = envelope.classes;
  document["loss"] = loss_to_json(envelope.loss);
  document["link"] = name_of(envelope.loss.link());
  document["config"] = envelope.config;
  document["body"] = envelope.body;
  std::string text;
  try {
    text = document.dump();
  } catch (const nlohmann::json::exception&) {
    fail<FileError>(
        "cannot write \"{}\": a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.",
        path.string());
  }
  replace_file(path, sealed(std::move(text)));
}

Envelope read_model(const std::filesystem::path& path, std::string_view family) {
  const std::string file = path.string();
  const Text raw = Text::read(path, fmt::format("load(\"{}\")", file));
  const std::string text = unsealed(file, std::string(raw.begin(), raw.end()));
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) fail<FileError>("{}: the model is not valid JSON.", file);
  const JsonReader root(document, file);
  const std::int64_t found = root["schema"].whole(1, INT32_MAX);
  if (found > schema)
    fail<FileError>("{}: written in schema {} by Linden {}; this one ({}) reads up to schema {}. Hint: upgrade Linden.",
                    file, found, root["library"].text(), version(), schema);
  if (root["model"].text() != family)
    fail<FileError>("{}: holds a {} model, not a {} one.", file, root["model"].text(), family);
  Envelope envelope;
  envelope.family = family;
  read_columns(root["columns"], envelope);
  envelope.classes = root["classes"].texts();
  check_names(root["classes"], envelope.classes);
  envelope.loss = loss_from_json(root["loss"]);
  if (root["link"].text() != name_of(envelope.loss.link())) root["link"].refuse("does not belong to the loss");
  if (static_cast<int>(envelope.classes.size()) != envelope.loss.classes())
    root["classes"].refuse("does not fit the loss");
  envelope.label = root["label"].text();
  envelope.config = root["config"].value();
  envelope.body = root["body"].value();
  return envelope;
}

}  // namespace linden
