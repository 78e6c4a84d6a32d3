#include "selection/trials_file.hpp"

#include <algorithm>
#include <limits>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/files/gzip.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/file/model_text.hpp"

namespace linden {
namespace {

constexpr std::string_view format_name = "linden trials";
constexpr int schema = 1;

void write(JsonWriter& json, const Trial& trial) {
  json.open_object();
  json["trial"].value(trial.number);
  json["rung"].value(trial.rung);
  json["values"].open_object();
  for (const TrialValue& value : trial.values) json[value.field].value(value.value);
  json.close_object();
  json["rounds"].value(trial.rounds);
  json["mean"].value(trial.score.mean);
  json["standard_deviation"].value(trial.score.standard_deviation);
  json["standard_error"].value(trial.score.standard_error);
  json["seconds"].value(trial.seconds);
  json["failure"].value(trial.failure);
  json.close_object();
}

Trial read_trial(JsonReader& json) {
  constexpr int most = std::numeric_limits<int>::max();
  Trial trial;
  json.open_object();
  trial.number = static_cast<int>(json["trial"].whole(0, most));
  trial.rung = static_cast<int>(json["rung"].whole(0, most));
  json["values"].open_object();
  for (std::string field; json.next_member(field);) trial.values.push_back({field, json.text()});
  trial.rounds = static_cast<int>(json["rounds"].whole(0, most));
  trial.score.mean = json["mean"].number();
  trial.score.standard_deviation = json["standard_deviation"].number();
  trial.score.standard_error = json["standard_error"].number();
  trial.seconds = json["seconds"].number();
  trial.failure = json["failure"].text();
  json.close_object();
  return trial;
}

}  // namespace

TrialsFile::TrialsFile(std::filesystem::path path, SearchFacts facts)
    : path_(std::move(path)), facts_(std::move(facts)) {
  if (path_.empty()) return;
  check_replaceable(path_);
  if (std::filesystem::exists(path_)) read();
}

const Trial* TrialsFile::find(int number, int rung) const {
  const auto found =
      std::ranges::find_if(trials_, [&](const Trial& trial) { return trial.number == number && trial.rung == rung; });
  return found == trials_.end() ? nullptr : &*found;
}

void TrialsFile::add(const Trial& trial) {
  trials_.push_back(trial);
  if (!path_.empty()) replace_by_name(path_, [&](const GzipWriter::Sink& write) { write(text()); });
}

void TrialsFile::read() {
  const ModelSource source = source_of(path_);
  JsonReader json(source.bytes, source.name);
  json.open_object();
  if (json["format"].text() != format_name) json.refuse("is not \"linden trials\"");
  if (json["schema"].whole(1, std::numeric_limits<int>::max()) > schema) json.refuse("is of a newer version of Linden");
  json["search"].open_object();
  SearchFacts found;
  for (std::string name; json.next_member(name);) found.emplace_back(name, json.text());
  const auto other = [&](const std::string& what) {
    fail<ArgumentError>("search: \"{}\" has the trials of another search: {}. Hint: another .file.", path_.string(),
                        what);
  };
  const auto value_of = [](const SearchFacts& facts, const std::string& name) -> const std::string* {
    const auto fact = std::ranges::find(facts, name, &SearchFacts::value_type::first);
    return fact == facts.end() ? nullptr : &fact->second;
  };
  for (const auto& [name, here] : facts_)
    if (const std::string* there = value_of(found, name); there == nullptr || *there != here)
      other(fmt::format("its {} is {}, and here it is {}", name, there == nullptr ? "not set" : *there, here));
  for (const auto& [name, there] : found)
    if (value_of(facts_, name) == nullptr) other(fmt::format("its {} is {}, and here it is not set", name, there));
  for (json["trials"].open_list(); json.next();) trials_.push_back(read_trial(json));
  json.close_object();
}

std::string TrialsFile::text() const {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, JsonWriter::Utf8::mended);
  json.open_object();
  json["format"].value(format_name);
  json["schema"].value(schema);
  json["search"].open_object();
  for (const auto& [name, value] : facts_) json[name].value(value);
  json.close_object();
  json["trials"].open_list();
  for (const Trial& trial : trials_) write(json, trial);
  json.close_list();
  json.close_object();
  json.flush();
  return text + '\n';
}

}  // namespace linden
