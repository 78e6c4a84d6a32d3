#include "cli/ranks.hpp"

#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <linden/error.hpp>
#include <set>
#include <system_error>
#include <utility>

namespace linden::cli {
namespace {

Communicator* all = nullptr;
std::function<void(double)> set_timeout_of_all;

// The texts of all ranks.
std::vector<std::string> gather_texts(const std::string& mine) {
  const auto count = static_cast<std::size_t>(all->size());
  const std::uint64_t size = mine.size();
  std::vector<std::uint64_t> sizes(count);
  all->gather(&size, sizeof size, sizes.data());
  const std::uint64_t most = *std::ranges::max_element(sizes);
  std::string padded = mine, whole(count * most, '\0');
  padded.resize(most);
  if (most > 0) all->gather(padded.data(), static_cast<std::int64_t>(most), whole.data());
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < count; ++rank) texts.push_back(whole.substr(rank * most, sizes[rank]));
  return texts;
}

// Lists of texts as one text: a length stands before each.
void append(std::string& text, const std::string& word) { text += fmt::format("{}:{}", word.size(), word); }

class Words {
 public:
  explicit Words(const std::string& text) : text_(text) {}
  bool empty() const { return text_.empty(); }
  std::string next() {
    const std::size_t colon = text_.find(':'), size = std::stoul(std::string(text_.substr(0, colon)));
    std::string word(text_.substr(colon + 1, size));
    text_.remove_prefix(colon + 1 + size);
    return word;
  }
  std::vector<std::string> list() {
    std::vector<std::string> words(std::stoul(next()));
    for (std::string& word : words) word = next();
    return words;
  }

 private:
  std::string_view text_;
};

void append(std::string& text, const std::vector<std::string>& words) {
  append(text, std::to_string(words.size()));
  for (const std::string& word : words) append(text, word);
}

std::string written(const Schema& schema) {
  std::string text;
  for (const std::vector<std::string>* list :
       {&schema.label_names, &schema.offset_names, &schema.classes, &schema.missing})
    append(text, *list);
  for (const std::string* word : {&schema.event_name, &schema.group_name}) append(text, *word);
  append(text, schema.only_missing ? "only" : "");
  for (const Schema::Feature& feature : schema.features) {
    append(text, feature.name);
    append(text, feature.categorical ? "text" : "numbers");
    append(text, feature.categories);
  }
  return text;
}

Schema read_schema(const std::string& text) {
  Words words(text);
  Schema schema;
  for (std::vector<std::string>* list : {&schema.label_names, &schema.offset_names, &schema.classes, &schema.missing})
    *list = words.list();
  for (std::string* word : {&schema.event_name, &schema.group_name}) *word = words.next();
  schema.only_missing = !words.next().empty();
  while (!words.empty()) {
    Schema::Feature& feature = schema.features.emplace_back();
    feature.name = words.next();
    feature.categorical = words.next() == "text";
    feature.categories = words.list();
  }
  return schema;
}

void add_all(std::vector<std::string>& words, const std::vector<std::string>& more) {
  std::set<std::string> both(words.begin(), words.end());
  both.insert(more.begin(), more.end());
  words.assign(both.begin(), both.end());
}

// The columns that are text here.
std::vector<std::string> text_columns(const Dataset& data) {
  std::vector<std::string> names;
  for (const Column& column : data.columns())
    if (column.categorical) names.push_back(column.name);
  return names;
}

// This rank's files, and which part of each.
std::vector<std::pair<std::string, FilePart>> share_of(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, FilePart>> share;
  const std::size_t count = files.size(), size = all == nullptr ? 1 : static_cast<std::size_t>(all->size());
  const std::size_t rank = all == nullptr ? 0 : static_cast<std::size_t>(all->rank());
  if (count >= size) {
    for (std::size_t file = count * rank / size; file < count * (rank + 1) / size; ++file)
      share.push_back({files[file], {}});
    return share;
  }
  const std::size_t file = rank * count / size;  // which several ranks have
  FilePart part{0, 0};
  for (std::size_t other = 0; other < size; ++other) {
    if (other * count / size != file) continue;
    if (other < rank) ++part.index;
    ++part.count;
  }
  return {{files[file], part}};
}

}  // namespace

void set_ranks(Communicator& ranks, std::function<void(double)> set_timeout) {
  all = ranks.size() > 1 ? &ranks : nullptr;
  set_timeout_of_all = std::move(set_timeout);
}

void set_timeout(double seconds) {
  if (all != nullptr && set_timeout_of_all) set_timeout_of_all(seconds);
}

CommunicatorRef ranks() { return all == nullptr ? CommunicatorRef() : CommunicatorRef(*all); }

bool is_first() { return all == nullptr || all->rank() == 0; }

void on_all_ranks(const std::function<void()>& work) {
  if (all == nullptr) return work();
  std::exception_ptr error;
  std::string words;
  try {
    work();
  } catch (const std::exception& e) {
    error = std::current_exception();
    words = *e.what() != '\0' ? e.what() : "an error without words";
  }
  const std::vector<std::string> said = gather_texts(words);
  if (error) std::rethrow_exception(error);
  for (std::size_t rank = 0; rank < said.size(); ++rank)
    if (!said[rank].empty()) throw DataError(fmt::format("rank {} cannot go on: {}", rank, said[rank]));
}

std::string device_of_rank(const std::string& name) {
  if (all == nullptr) return name;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::vector<std::string> hosts = gather_texts(host);
  const bool is_open = name == "cuda" || name == "auto";
  if (!is_open || !cuda_available()) return name;
  const auto mine = hosts.begin() + all->rank();
  const std::vector<Device> gpus = Device::all_cuda();
  return gpus[static_cast<std::size_t>(std::count(hosts.begin(), mine, *mine)) % gpus.size()].name();
}

std::vector<std::string> files_of(const std::string& name) {
  std::error_code error;
  if (name == "-" || std::filesystem::exists(name, error) || name.find_first_of("*?[") == std::string::npos)
    return {name};
  std::vector<std::string> files;
  glob_t found{};
  if (::glob(name.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (files.empty()) return {name};
  std::ranges::sort(files);
  return files;
}

Dataset read_share(const std::string& name, const ReadOptions& options,
                   const std::function<Dataset(const std::string&, const ReadOptions&)>& read) {
  const auto read_all = [&](const ReadOptions& how) {
    std::vector<Dataset> parts;
    for (const auto& [file, part] : share_of(files_of(name))) {
      ReadOptions one = how;
      one.part = part;
      parts.push_back(read(file, one));
    }
    return parts.size() == 1 ? parts.front() : Dataset::concat(parts);
  };
  Dataset data;
  on_all_ranks([&] { data = read_all(options); });
  if (all == nullptr) return data;
  std::string mine;
  for (const std::string& column : text_columns(data)) append(mine, column);
  std::vector<std::string> text;
  for (const std::string& other : gather_texts(mine))
    for (Words words(other); !words.empty();) add_all(text, {words.next()});
  ReadOptions as_text = options;
  for (const Column& column : data.columns())
    if (!column.categorical && std::ranges::binary_search(text, column.name))
      as_text.categorical.push_back(column.name);
  on_all_ranks([&] {
    if (as_text.categorical.size() > options.categorical.size()) data = read_all(as_text);
  });
  return data;
}

Schema schema_of_ranks(Schema schema) {
  if (all == nullptr) return schema;
  for (const std::string& text : gather_texts(written(schema))) {
    const Schema other = read_schema(text);
    if (other.features.empty()) continue;
    if (schema.features.empty()) {
      schema = other;
      continue;
    }
    add_all(schema.classes, other.classes);
    for (Schema::Feature& feature : schema.features) {
      const auto found = std::ranges::find(other.features, feature.name, &Schema::Feature::name);
      if (found != other.features.end()) add_all(feature.categories, found->categories);
    }
  }
  return schema;
}

}  // namespace linden::cli
