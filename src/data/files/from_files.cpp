// Dataset::from_files: text in parts, each a dataset whose values are appended to the files of a table.
//
// What a column is, numbers or text, all parts together decide, as one text would: where a part shows that those before
// it were read in another way, all are read once more.
#include <linden/data.hpp>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "base/fail.hpp"
#include "base/hash/sha256.hpp"
#include "base/out_of_memory.hpp"
#include "data/csv/csv.hpp"
#include "data/csv/delimiter.hpp"
#include "data/files/file_part.hpp"
#include "data/files/pattern.hpp"
#include "data/files/stored_table.hpp"
#include "data/files/unfinished.hpp"

namespace linden {
namespace {

constexpr std::int64_t least_memory = std::int64_t{16} << 20;

struct SourceFile {
  std::filesystem::path path;
  Source source;
  FileFacts facts;
};

// One array of the table while it grows. Codes are those of the words in the order in which they came.
class GrowingArray {
 public:
  GrowingArray(StoredArray array, const std::filesystem::path& path) : array_(std::move(array)), file_(path) {}

  void add(const Tensor& values, const std::vector<std::string>& categories) {
    const Tensor all = values.contiguous();
    const std::int64_t bytes = all.elements() * static_cast<std::int64_t>(size_of(array_.dtype));
    if (!array_.categorical) return file_.append(first_of(all), bytes);
    const std::vector<double> codes = codes_of(categories);
    if (array_.dtype == DType::i32)
      append_coded(std::as_const(all).span<const std::int32_t>(), codes);
    else
      append_coded(std::as_const(all).span<const double>(), codes);
  }

  bool categorical() const noexcept { return array_.categorical; }

  // Words in the order of their bytes.
  StoredArray finish() {
    if (array_.categorical) {
      std::vector<double> place;
      place.resize(words_.size());
      for (const auto& [word, code] : words_) {
        place[static_cast<std::size_t>(code)] = static_cast<double>(array_.categories.size());
        array_.categories.push_back(word);
      }
      file_.rewrite([&](void* values, std::int64_t bytes) {
        if (array_.dtype == DType::i32)
          translate(static_cast<std::int32_t*>(values), bytes / 4, place);
        else
          translate(static_cast<double*>(values), bytes / 8, place);
      });
    }
    array_.pages = file_.pages();
    return std::move(array_);
  }

 private:
  static const void* first_of(const Tensor& values) {
    if (values.dtype() == DType::i32) return values.data<const std::int32_t>();
    return values.data<const double>();
  }
  std::vector<double> codes_of(const std::vector<std::string>& categories) {
    std::vector<double> codes;
    for (const std::string& word : categories)
      codes.push_back(words_.try_emplace(word, static_cast<std::int32_t>(words_.size())).first->second);
    return codes;
  }
  template <class T>
  static void translate(T* values, std::int64_t count, const std::vector<double>& codes) {
    for (std::int64_t i = 0; i < count; ++i)
      if (values[i] >= 0) values[i] = static_cast<T>(codes[static_cast<std::size_t>(values[i])]);
  }
  template <class T>
  void append_coded(std::span<const T> values, const std::vector<double>& codes) {
    std::vector<T> translated(values.begin(), values.end());
    translate(translated.data(), std::ssize(translated), codes);
    file_.append(translated.data(), std::ssize(translated) * static_cast<std::int64_t>(sizeof(T)));
  }

  StoredArray array_;
  ColumnWriter file_;
  std::map<std::string, std::int32_t> words_;
};

// One reading of all files.
class Reading {
 public:
  Reading(const std::vector<SourceFile>& files, const FilesOptions& options, std::filesystem::path folder,
          std::vector<CsvKind>& kinds)
      : files_(files), options_(options.csv), folder_(std::move(folder)), kinds_(kinds) {
    const std::int64_t part = std::clamp<std::int64_t>(options.memory / 64, 1 << 16, 32 << 20);
    part_bytes_ = static_cast<std::size_t>(part);
  }

  // False where kinds have changed, and all is to be read once more.
  bool read_all() {
    for (const SourceFile& file : files_) {
      list_.files.push_back(file.source.file);
      list_.first_rows.push_back(list_.rows);
      list_.first_starts.push_back(std::ssize(list_.starts));
      FileParts parts(file.path, file.source.call, options_.header, part_bytes_);
      if (options_.delimiter == 0) options_.delimiter = guess_delimiter(parts.start(), file.source, options_.decimal);
      parts.set_delimiter(options_.delimiter);
      bool is_empty = true;
      while (const std::optional<Text> text = parts.next()) {
        is_empty = false;
        if (!add(*text, file)) return false;
      }
      if (is_empty) fail<DataError>("{}: the file has a header but no rows.", file.source.call);
      if (facts_of(file.path, file.source.call) != file.facts)
        fail<FileError>("{}: the file was changed while it was read. Hint: read it again when it is at rest.",
                        file.source.call);
    }
    for (std::size_t c = 0; c < open_.size(); ++c)
      if (open_[c] && !has_numbers_[c] && kinds_[c] == CsvKind::automatic) {
        kinds_[c] = CsvKind::categorical;
        return false;
      }
    return true;
  }

  TableList finish() {
    if (left_out_ > 0)
      list_.remarks.push_back(fmt::format("{}: {} of {} rows have no label and are left out.", list_.files.front(),
                                          left_out_, list_.rows + left_out_));
    if (list_.rows == 0)
      fail<DataError>("{}: every label (column \"{}\") is missing.", files_.front().source.call,
                      fmt::join(list_.label_names, "\", \""));
    if (has_weights_ && !has_weight_)
      fail<DataError>("{}: every weight (column \"{}\") is 0.", files_.front().source.call, options_.weight);
    for (GrowingArray& array : features_) list_.features.push_back(array.finish());
    for (GrowingArray& array : others_) {
      StoredArray& stored = list_.others.emplace_back(array.finish());
      if (stored.name == "label") list_.classes = std::exchange(stored.categories, {});
    }
    return std::move(list_);
  }

 private:
  // Whether a part shows that those before it were read in another way.
  bool shows_text(const CsvPart& part) {
    bool is_new = false;
    has_numbers_.resize(part.found.size());
    open_.resize(part.found.size());
    for (std::size_t c = 0; c < part.found.size(); ++c) {
      if (part.found[c] == CsvFound::text && kinds_[c] == CsvKind::automatic) {
        is_new |= list_.rows > 0;
        kinds_[c] = CsvKind::categorical;
      }
      if (part.found[c] == CsvFound::numbers) has_numbers_[c] = true;
    }
    return is_new;
  }

  bool add(const Text& text, const SourceFile& file) {
    CsvPart part;
    part.kinds = kinds_;
    Dataset data = parse_csv(text, file.source, options_, 0, nullptr, &part);
    if (names_.empty()) names_ = part.names;
    if (part.names != names_) refuse_columns(part, text, file);
    kinds_.resize(names_.size(), CsvKind::automatic);
    keep_remarks(data);
    if (shows_text(part)) return false;
    // Columns of which this part says too little are numbers, until the last part has been seen.
    bool is_open = false;
    for (std::size_t c = 0; c < names_.size(); ++c) {
      if (part.found[c] != CsvFound::doubtful) continue;
      open_[c] = true;
      part.kinds.resize(names_.size(), CsvKind::automatic);
      part.kinds[c] = CsvKind::numbers;
      is_open = true;
    }
    if (is_open) data = parse_csv(text, file.source, options_, 0, nullptr, &part);
    append(data, part);
    return true;
  }

  void append(const Dataset& data, CsvPart& part) {
    const DatasetBuilder::State& state = DatasetBuilder::state(data);
    left_out_ += part.left_out;
    list_.label_names = state.label_names;
    if (state.rows == 0) return;
    if (features_.empty()) begin(state);
    const std::int64_t first = list_.rows - list_.first_rows.back();
    for (const LineStart& start : part.starts) {
      const auto& last = list_.starts;
      const bool is_first = std::ssize(last) == list_.first_starts.back();
      const LineStart next{first + start.row, start.line};
      if (is_first || next.line - next.row != last.back().line - last.back().row) list_.starts.push_back(next);
    }
    for (std::size_t f = 0; f < features_.size(); ++f)
      features_[f].add(state.columns[f].values, state.columns[f].categories);
    std::size_t other = 0;
    if (state.label.elements() > 0) others_[other++].add(state.label, state.classes);
    if (state.weight.elements() > 0) {
      has_weight_ |= std::ranges::any_of(state.weight.span<const double>(), [](double w) { return w > 0; });
      others_[other++].add(state.weight, {});
    }
    if (state.offset.elements() > 0) others_[other++].add(state.offset, {});
    list_.rows += state.rows;
  }

  // What the table has, by its first rows.
  void begin(const DatasetBuilder::State& state) {
    std::size_t number = 0;
    for (const Column& column : state.columns)
      features_.emplace_back(StoredArray{column.name, column.values.dtype(), 1, column.categorical},
                             column_path(folder_, number++));
    const auto width = [](const Tensor& values) { return values.rank() == 2 ? values.size(1) : std::int64_t{1}; };
    const auto other = [&](const char* name, const Tensor& values, bool is_coded) {
      others_.emplace_back(StoredArray{name, DType::f64, width(values), is_coded}, column_path(folder_, number++));
    };
    if (!state.label_names.empty()) other("label", state.label, !state.classes.empty());
    has_weights_ = !options_.weight.empty();
    if (has_weights_) other("weight", state.weight, false);
    if (!state.offset_names.empty()) other("offset", state.offset, false);
    list_.offset_names = state.offset_names;
    list_.weight_name = state.weight_name;
    list_.event_name = state.event_name;
    list_.missing = state.missing;
    list_.only_missing = state.only_missing;
  }

  void keep_remarks(const Dataset& data) {
    for (const std::string& remark : data.remarks())
      if (std::ranges::find(list_.remarks, remark) == list_.remarks.end()) list_.remarks.push_back(remark);
  }

  [[noreturn]] void refuse_columns(const CsvPart& part, const Text& text, const SourceFile& file) const {
    if (!options_.header)
      fail<DataError>("{}:{}: the row has {} fields, but the first row of all has {}.", file.source.file,
                      text.lines_left_out(text.end()) + 1, part.names.size(), names_.size());
    fail<DataError>("{}: its columns ({}) are not those of {} ({}). Hint: files of one table have the same header.",
                    file.source.call, listing(part.names), files_.front().source.file, listing(names_));
  }

  const std::vector<SourceFile>& files_;
  CsvOptions options_;
  std::filesystem::path folder_;
  std::vector<CsvKind>& kinds_;
  std::size_t part_bytes_;
  std::vector<std::string> names_;
  std::vector<bool> has_numbers_, open_;
  std::vector<GrowingArray> features_, others_;
  TableList list_;
  std::int64_t left_out_ = 0;
  bool has_weights_ = false, has_weight_ = false;
};

// What a table is known by.
std::string key_of(const std::vector<SourceFile>& files, const CsvOptions& csv) {
  Sha256 hash;
  const auto add = [&](std::string_view word) { hash.add(fmt::format("{}:{}\n", word.size(), word)); };
  const auto add_all = [&](const auto& words) {
    add(fmt::format("{}", words.size()));
    for (const std::string& word : words) add(word);
  };
  add("linden table 1");
  for (const SourceFile& file : files)
    add(fmt::format("{} {} {}", file.facts.bytes, file.facts.time, std::filesystem::absolute(file.path).string()));
  const auto list = [](const NameList& names) {
    return std::vector<std::string>(names.span().begin(), names.span().end());
  };
  add_all(list(csv.label));
  add_all(list(csv.offset));
  add_all(csv.drop);
  add_all(csv.categorical);
  add_all(csv.missing);
  add(csv.event);
  add(csv.weight);
  add(fmt::format("{} {} {} {} {}", csv.header, int{csv.delimiter}, int{csv.decimal}, csv.only_missing,
                  csv.drop_unlabelled));
  return hash.hex().substr(0, 24);
}

}  // namespace

Dataset Dataset::from_files(const std::filesystem::path& pattern, const FilesOptions& options) try {
  const Source all("from_files", pattern);
  if (options.memory < least_memory)
    fail<ArgumentError>("{}: .memory is {} bytes; it must be at least {} (16 MiB).", all.call, options.memory,
                        least_memory);
  if (!options.csv.group.empty())
    fail<ArgumentError>(
        "{}: .csv.group is \"{}\", and files larger than memory are read without groups. Hint: Dataset::from_csv "
        "reads them.",
        all.call, options.csv.group);
  if (pattern == "-")
    fail<ArgumentError>("{}: standard input is no file that can be read again. Hint: write it to a file first.",
                        all.call);
  std::vector<SourceFile> files;
  for (const std::filesystem::path& path : files_of(pattern, all.call)) {
    const Source source("from_files", path);
    files.push_back({path, source, facts_of(path, source.call)});
  }
  const std::filesystem::path cache =
      options.cache.empty() ? std::filesystem::temp_directory_path() / "linden-cache" : options.cache;
  const std::filesystem::path folder = cache / key_of(files, options.csv);
  std::error_code ignored;
  if (std::filesystem::exists(folder / "table.json", ignored)) return open_table(folder, options.memory, true);

  std::vector<CsvKind> kinds;
  NewFolder made(folder);
  for (;;) {
    Reading reading(files, options, made.path(), kinds);
    if (!reading.read_all()) continue;
    write_list(made.path(), reading.finish());
    break;
  }
  made.finish("table.json");
  return open_table(folder, options.memory, false);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::from_files");
}

}  // namespace linden
