#include "model/file/envelope.hpp"

#include <algorithm>
#include <array>
#include <linden/version.hpp>
#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "loss/definition.hpp"
#include "loss/program_json.hpp"
#include "model/file/packed_file.hpp"
#include "model/file/seal.hpp"

namespace linden {
namespace {

constexpr std::string_view format_name = "linden model";

// Checks that no name of a list is there twice.
void check_names(const JsonReader& json, const std::vector<std::string>& names) {
  if (std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end()) return;
  std::vector<const std::string*> sorted(names.size());
  std::ranges::transform(names, sorted.begin(), [](const std::string& name) { return &name; });
  std::ranges::sort(sorted, {}, [](const std::string* name) -> const std::string& { return *name; });
  const auto equal = [](const std::string* a, const std::string* b) { return *a == *b; };
  if (std::adjacent_find(sorted.begin(), sorted.end(), equal) != sorted.end()) json.refuse("has a name twice");
}

void write_columns(JsonWriter& json, const ModelSchema& known) {
  json["columns"].open_list();
  for (std::size_t i = 0; i < known.feature_names.size(); ++i) {
    json.open_object();
    json["name"].value(known.feature_names[i]);
    if (known.has_categories(i)) json["categories"].values(known.categories[i]);
    json.close_object();
  }
  json.close_list();
}

void read_columns(JsonReader& json, ModelSchema& known) {
  for (json["columns"].open_list(); json.next();) {
    json.open_object();
    known.feature_names.push_back(json["name"].text());
    known.categorical.push_back(json.next_is("categories"));
    known.categories.push_back(known.categorical.back() ? json["categories"].texts() : std::vector<std::string>());
    json.close_object();
    const std::vector<std::string>& categories = known.categories.back();
    if (!std::is_sorted(categories.begin(), categories.end())) json.refuse("has categories out of order");
    check_names(json, categories);
  }
  check_names(json, known.feature_names);
}

// Opens the document; the format is all that is looked at.
void open_model(JsonReader& json) {
  // gzip (where a stream has it), zstd, xz, bzip2.
  const int first = json.bytes().peek();
  const bool compressed = first == 0x1f || first == 0x28 || first == 0xfd || first == 'B';
  try {
    json.open_object();
    if (json["format"].text() == format_name) return;
  } catch (const FileError&) {
  }
  fail<FileError>("{}: not a Linden model{}. Hint: models are written by save() and by linden train --out.",
                  json.file(), compressed ? ", but it may be one that is compressed" : "");
}

}  // namespace

namespace {

// All but what protects it, which may come behind.
void write_document(JsonWriter& json, std::string_view name, const EnvelopeView& envelope,
                    const std::function<void(JsonWriter&)>& rest) {
  try {
    json.open_object();
    json["format"].value(format_name);
    json["schema"].value(envelope.number);
    json["library"].value(version());
    json["model"].value(envelope.family);
    const ModelSchema& known = envelope.schema;
    write_columns(json, known);
    json["label"].value(known.label);
    if (!known.labels.empty()) json["labels"].values(known.labels);
    if (!known.event.empty()) json["event"].value(known.event);
    if (!known.group.empty()) json["group"].value(known.group);
    if (!known.offset.empty()) json["offset"].values(known.offset);
    if (known.only_missing || !known.missing.empty()) {
      json["missing"].open_object();
      json["only"].value(known.only_missing ? 1 : 0);
      json["tokens"].values(known.missing);
      json.close_object();
    }
    json["classes"].values(known.classes);
    write_loss(json["loss"], envelope.loss);
    json["link"].value(name_of(envelope.loss.link()));
    rest(json);
  } catch (const nlohmann::json::exception&) {
    fail<FileError>("cannot write {}: a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.",
                    name);
  }
}

// From the schema to the family's last member.
void read_document(JsonReader& json, const std::function<void(JsonReader& json, const std::string& family)>& rest) {
  const std::int64_t found = json["schema"].whole(1, INT32_MAX);
  const std::string library = json["library"].text();
  if (found > newest_schema)
    fail<FileError>("{}: written in schema {} by Linden {}; this one ({}) reads up to schema {}. Hint: upgrade Linden.",
                    json.file(), found, library, version(), newest_schema);
  rest(json, json["model"].text());
}

}  // namespace

void write_model(const TextSink& out, std::string_view name, const EnvelopeView& envelope,
                 const std::function<void(JsonWriter&)>& rest, ModelFormat format) {
  if (format == ModelFormat::binary) {
    PackedFile file;
    JsonWriter json([&](std::string_view bytes) { file.add(bytes); }, JsonWriter::Form::packed);
    write_document(json, name, envelope, rest);
    json.close_object();
    json.flush();
    return file.write(out);
  }
  Sha256 hash;
  JsonWriter json([&](std::string_view text) {
    hash.add(text);
    out(text);
  });
  write_document(json, name, envelope, rest);
  json.flush();  // the closing brace comes with the seal
  out(seal_of(hash) + '\n');
}

void read_model(const ModelSource& source,
                const std::function<void(JsonReader& json, const std::string& family)>& rest) {
  const FirstByte first(source.bytes);
  if (is_packed_file(first.byte())) {
    JsonReader json(PackedBytes(read_packed_file({source.name, first.with_rest(), source.whole})), source.name);
    open_model(json);
    read_document(json, rest);
    json.close_object();
    if (!json.is_at_end()) json.refuse("has something behind its end");
    return;
  }
  JsonReader json(first.with_rest(), source.name);
  open_model(json);
  try {
    read_document(json, rest);
    if (!json.next_is("sha256") && !json.next_is("checksum")) {
      json.close_object();  // which refuses an unknown member
      json.refuse("has no member \"sha256\"");
    }
  } catch (const FileError&) {
    check_rest(json);
    throw;
  }
  read_seal(json);
  read_end(json, source.whole);
}

Envelope read_envelope(JsonReader& json) {
  Envelope envelope;
  ModelSchema& known = envelope.schema;
  read_columns(json, known);
  known.label = json["label"].text();
  if (json.next_is("labels")) known.labels = json["labels"].texts();
  if (json.next_is("event")) known.event = json["event"].text();
  if (json.next_is("group")) known.group = json["group"].text();
  const bool has_offset = json.next_is("offset");
  if (has_offset) known.offset = json["offset"].texts();
  if (json.next_is("missing")) {
    json["missing"].open_object();
    known.only_missing = json["only"].whole(0, 1) == 1;
    known.missing = json["tokens"].texts();
    json.close_object();
  }
  known.classes = json["classes"].texts();
  check_names(json, known.classes);
  envelope.loss = read_loss(json["loss"]);
  const bool is_times = envelope.loss.label_kind() == LabelKind::times;
  if (!known.labels.empty() && std::ssize(known.labels) != (is_times ? 2 : envelope.loss.definition().labels))
    json.refuse_at("labels", "does not fit the loss");
  if (!known.event.empty() && (!is_times || !known.labels.empty())) json.refuse_at("event", "does not fit the loss");
  if (has_offset && std::ssize(known.offset) != envelope.loss.outputs())
    json.refuse_at("offset", "does not have one entry an output");
  if (has_offset && std::ranges::any_of(known.offset, [](const auto& name) { return !name.empty(); })) {
    std::vector<std::string> names = known.offset;
    std::ranges::sort(names);
    if (names.front().empty() || std::ranges::adjacent_find(names) != names.end())
      json.refuse_at("offset", "has no name for one, or one for two");
  }
  if (static_cast<int>(known.classes.size()) != envelope.loss.classes())
    json.refuse_at("classes", "does not fit the loss");
  if (json["link"].text() != name_of(envelope.loss.link())) json.refuse("does not belong to the loss");
  return envelope;
}

void check_family(const JsonReader& json, std::string_view family, std::string_view wanted) {
  const auto article = [](std::string_view word) { return word.starts_with('o') ? "an" : "a"; };  // "online"
  if (family != wanted)
    fail<FileError>("{}: holds {} {} model, not {} {} one.", json.file(), article(family), family, article(wanted),
                    wanted);
}

}  // namespace linden
