#include "checkpoint/checkpoint_file.hpp"

#include <filesystem>
#include <linden/version.hpp>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "model/file/packed_file.hpp"

namespace linden {
namespace {

constexpr std::string_view format_name = "linden checkpoint";

std::string whole_file(const std::filesystem::path& path) {
  const ModelSource source = source_of(path);
  std::string bytes;
  char block[1 << 16];
  for (std::size_t read = source.bytes(block, sizeof block); read > 0; read = source.bytes(block, sizeof block))
    bytes.append(block, read);
  return bytes;
}

// The document, open, behind its format.
JsonReader opened(const std::string& bytes, const std::string& where, const std::string& name) {
  try {
    JsonReader json(PackedBytes(read_packed_file(source_of_text(bytes))), name);
    json.open_object();
    if (json["format"].text() == format_name) return json;
  } catch (const FileError&) {
  }
  fail<FileError>(
      "{}: the {} is cut short or damaged, or none of Linden: its checksum does not fit. Hint: an older copy, or begin "
      "anew.",
      where, name);
}

}  // namespace

CheckpointFile::CheckpointFile(std::string_view where, std::string_view fit, const Checkpoint& options,
                               const Ranks& ranks)
    : where_(where), fit_(fit), options_(options), ranks_(ranks) {
  together(where_, ranks_, [&] {
    if (options_.every < 1)
      fail<ArgumentError>("{}: Checkpoint.every is {}; it must be 1 or more.", where_, options_.every);
    if (!is_on() && options_.resume)
      fail<ArgumentError>("{}: Checkpoint.resume wants a file to go on from. Hint: name it, Checkpoint.path.", where_);
    if (is_on() && ranks_.is_first()) check_replaceable(options_.path);
  });
}

std::string CheckpointFile::name() const { return fmt::format("checkpoint \"{}\"", options_.path.string()); }

// Of the file, behind a mark that there is one; nothing where there is none.
std::string CheckpointFile::bytes() const {
  std::string bytes;
  together(where_, ranks_, [&] {
    std::error_code error;
    if (ranks_.is_first() && options_.resume && std::filesystem::exists(options_.path, error))
      bytes = '+' + whole_file(options_.path);
  });
  return ranks_.is_alone() ? bytes : gather_texts(ranks_, bytes).front();
}

bool CheckpointFile::read(Facts facts, const std::function<void(JsonReader&)>& read) {
  facts_ = std::move(facts);
  if (!is_on()) return false;
  const std::string marked = bytes();
  if (marked.empty()) return false;
  JsonReader json = opened(marked.substr(1), where_, name());
  if (const std::string library = json["library"].text(); library != version())
    fail<ArgumentError>(
        "{}: the {} was written by Linden {}, and this is Linden {}: the rest of the fit might be another. Hint: that "
        "version, or begin anew.",
        where_, name(), library, version());
  if (const std::string fit = json["fit"].text(); fit != fit_)
    fail<ArgumentError>("{}: the {} is of a {} fit, and this is a {} one. Hint: another path.", where_, name(), fit,
                        fit_);
  check_facts(json);
  read(json);
  json.close_object();
  if (!json.is_at_end()) json.refuse("has something behind its end");
  return true;
}

void CheckpointFile::check_facts(JsonReader& json) const {
  const std::vector<std::string> found = json["facts"].texts();
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const auto& [fact, here] = facts_[i];
    const bool is_there = 2 * i + 1 < found.size() && found[2 * i] == fact;
    if (is_there && found[2 * i + 1] == here) continue;
    fail<ArgumentError>(
        "{}: the {} is of another fit: {} is {} here, and {} there. Hint: the same data and settings as then, or "
        "another path.",
        where_, name(), fact, here, is_there ? found[2 * i + 1] : "not known");
  }
  if (found.size() != 2 * facts_.size())
    fail<ArgumentError>("{}: the {} is of another fit: it has more settings. Hint: another path.", where_, name());
}

void CheckpointFile::write(const std::function<void(JsonWriter&)>& write) const {
  together(where_, ranks_, [&] {
    if (!ranks_.is_first()) return;
    std::vector<std::string> facts;
    for (const auto& [fact, value] : facts_) facts.insert(facts.end(), {fact, value});
    try {
      PackedFile file;
      JsonWriter json([&](std::string_view bytes) { file.add(bytes); }, JsonWriter::Form::packed);
      json.open_object();
      json["format"].value(format_name);
      json["library"].value(version());
      json["fit"].value(fit_);
      json["facts"].values(facts);
      write(json);
      json.close_object();
      json.flush();
      FileReplacement replacement(options_.path);
      file.write([&](std::string_view bytes) { replacement.write(bytes); });
      replacement.commit();
    } catch (const nlohmann::json::exception&) {
      fail<FileError>("cannot write the {}: a name of a feature, a metric or a set of rows is not UTF-8.", name());
    }
  });
}

}  // namespace linden
