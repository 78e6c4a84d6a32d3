// Dataset: rows of named features with a label, a weight and an offset, as every model family takes them; and with
// groups or several labels a row, where a model takes these.
//
//     auto data = Dataset::from_csv("clicks.csv", {.label = "click", .drop = {"id"}});
//     auto [train, test] = data.split({.test_fraction = 0.2, .seed = 7});
//
//     std::vector<float> x(1000 * 28);                              // rows x 28, row-major
//     std::vector<int> clicks(1000);
//     auto mine = Dataset::from_rows(x, 28, {.label = clicks});       // copies; std::move(x) hands the vector over
//     auto big = Dataset::from_rows(x, 28, {.refer = true});          // no copy: x must outlive it
//     auto clicked = Dataset::from_csv("searches.csv", {.label = "clicked", .group = "query"});  // rows of queries
//     auto claims = Dataset::from_csv("claims.csv", {.label = "count", .offset = "log_exposure"});
//
// A Dataset is a cheap handle to immutable columns. Missing values are NaN (numbers) or code -1 (categories);
// a value absent from a sparse row is 0. Bad input is refused with file, line and column.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linden {

/// One feature of a dense dataset.
struct Column {
  std::string name = {};
  Tensor values = {};        ///< [rows] f32 or f64 numbers, NaN missing; or i32 category codes, -1 missing
  bool categorical = false;  ///< whether `values` are codes
  std::vector<std::string> categories = {};  ///< the name of each code, distinct and in byte order
};

/// Sparse features: compressed rows, columns ascending within a row. A column that is not there is 0 in all rows.
struct SparseRows {
  std::vector<std::string> names;  ///< one a feature; of more than 100,000 without names only those that have entries
  Tensor offsets;                  ///< [rows + 1] i64: row i owns entries offsets[i] .. offsets[i + 1] - 1
  Tensor columns;                  ///< [entries] i32
  Tensor values;                   ///< [entries] f32 or f64; absent is 0, NaN is missing
};

/// A part of a file, for one of several machines that share it: of nearly the same number of bytes, cut between rows.
/// The parts 0 .. count - 1 have each row once, in order; one may have none, and gives a Dataset without rows. For
/// files that are not compressed, nor standard input. Lines are counted from where the part begins.
struct FilePart {
  int index = 0, count = 1;
};

/// How a CSV file is to be read. Wherever a column is named it is by its name in the header, "price", or from the end,
/// "-1" for the last, unless a column is called so. Without a header the columns are called "0", "1", ...
struct CsvOptions {
  /// The label's column; empty: no label. Several columns, in the order in which they are named, are several labels a
  /// row, all of them numbers. The second of two may be inf: an upper bound of a time (loss::cox in loss.hpp).
  NameList label = {};
  bool header = true;  ///< whether the first line has the columns' names (else they are "0", "1", ...)
  char delimiter = 0;  ///< between fields; 0: a tab, ';', '|' or ',', whichever the first lines are divided by
  char decimal = '.';  ///< or ',': "1,5" is a number, "1.5" is none; the delimiter is then not guessed to be ','
  /// Of times until an event (survival), the column that says whether it came: 1 or 0, true or false, yes or no. One
  /// label then, whose values are above 0; in the dataset they have a minus where no event came by then.
  std::string event = {};
  std::string weight = {};  ///< a column of row weights (finite, >= 0)
  /// A column that says which rows are of one group, of one query for instance: any text, numbers included ("7" and
  /// "7.0" are two). Rows of a group must stand together.
  std::string group = {};
  NameList offset = {};                       ///< a column of offsets (finite), or one for each output of a model
  std::vector<std::string> drop = {};         ///< columns to leave out
  std::vector<std::string> categorical = {};  ///< columns to take as categories though they hold numbers
  /// Fields that mean missing, beside those that are known: nothing, NA, N/A, n/a, #N/A, #NA, <NA>, NaN, nan, NULL,
  /// null everywhere, and in columns of numbers also ?, -, ., None, none, #NULL!, 1.#IND, -1.#IND, 1.#QNAN. What is
  /// quoted is never missing, except the empty "".
  std::vector<std::string> missing = {};
  bool only_missing = false;     ///< whether `missing` is the whole list, in place of those that are known
  bool drop_unlabelled = false;  ///< whether rows that lack a label are left out (else they are refused)
  int threads = 0;               ///< 0: all cores
  /// Which part of the file to read. What a column holds is told from the rows of the part alone. Double quotes must
  /// stand in pairs, as around fields.
  FilePart part = {};
};

/// How files are read that are larger than memory.
struct FilesOptions {
  /// How each file is to be read. Columns of groups are refused: their rows would have to stay together.
  CsvOptions csv = {};
  /// What reading, and a fit of these rows, may take of memory, in bytes; at least 16 MiB. A fit needs about 30 bytes a
  /// row of it, beside what its trees need.
  std::int64_t memory = std::int64_t{4} << 30;
  /// The folder in which tables are kept, to be found by the next call; empty: linden-cache, in the folder of the
  /// system for temporary files. A table takes 8 bytes for each number, and its bins, in training, about one.
  std::filesystem::path cache = {};
};

struct LibsvmOptions {
  /// Width. A larger index in the file is refused. 0: the largest index of the file; where that is above 1,000 and more
  /// than half of the columns up to it have no entry, these are left out; of a width that is given, above 100,000.
  int features = 0;
  /// Whether indices start at 0 (libsvm's start at 1); nothing: whether an index 0 is in the file.
  std::optional<bool> zero_based = {};
  bool drop_unlabelled = false;  ///< whether rows whose label is nan are left out (else they are refused)
  bool skip_groups = false;      ///< whether qid: words are passed over, as for rows that need not stand by group
  int threads = 0;               ///< 0: all cores
  FilePart part = {};            ///< which part of the file to read; may tear groups apart
};

/// What a table is made of, without its rows: how other files are to be read so that a model finds in them what it was
/// trained on. Dataset::schema(), BoostedModel::schema() and LinearModel::schema() make one.
struct Schema {
  struct Feature {
    std::string name = {};
    bool categorical = false;
    std::vector<std::string> categories = {};  ///< in byte order; empty for numbers
  };

  Schema() = default;

  std::vector<Feature> features = {};
  std::vector<std::string> label_names = {};   ///< the columns of the label; none where it has no name
  std::string event_name = {};                 ///< the column that says whether the event came, or ""
  std::string group_name = {};                 ///< the column of groups, or ""
  std::vector<std::string> offset_names = {};  ///< the columns of offsets
  std::vector<std::string> classes = {};       ///< of the label; empty for numbers
  std::vector<std::string> missing = {};       ///< as CsvOptions::missing, when the data was read
  bool only_missing = false;                   ///< as CsvOptions::only_missing
};

/// What goes with features that are in memory. Labels, weights, groups and offsets are any vector, array, span, list or
/// tensor, and copied; several labels or offsets a row are a tensor [rows, K].
struct RowOptions {
  NumberList label = {};   ///< empty, or one a row, or K; finite, but the second of two may be infinite
  NumberList event = {};   ///< of times (survival), whether the event came: 1 or 0 a row (see CsvOptions::event)
  NumberList weight = {};  ///< empty (all 1), or one a row, finite and >= 0
  GroupList groups = {};   ///< empty, or which rows belong together: ids a row, or GroupList::sizes({10, 7, ...})
  NumberList offset = {};  ///< empty, or one a row, or one for each of K outputs; finite
  NameList names = {};     ///< empty ("f0", "f1", ...), or one a feature, distinct
  /// Features stay where they are, not copied: the caller keeps their memory, unchanged, as long as the dataset and
  /// what was taken from it. Whole numbers are converted, hence copied, all the same.
  bool refer = false;
  std::shared_ptr<const void> owner = nullptr;  ///< refer, and keep this alive for it
};

struct SplitOptions {
  double test_fraction = 0.2;  ///< in (0, 1): rows of the second part, rounded to nearest
  std::uint64_t seed = 0;      ///< which rows: a Philox shuffle, the same on every machine
  bool stratified = false;     ///< each class, or each stretch of a numeric label, by the same fraction
  NumberList groups = {};      ///< one number a row: rows that have the same stay together (patients, days, ...)
};

struct FoldOptions {
  int count = 5;            ///< at least 2, at most rows (or groups)
  std::uint64_t seed = 0;   ///< which rows
  bool stratified = false;  ///< as in SplitOptions
  NumberList groups = {};   ///< as in SplitOptions
};

/// Rows to train on and rows to test on, ascending: data.take(fold.train).
struct Fold {
  std::vector<std::int64_t> train, test;
};

class LINDEN_API Dataset {
 public:
  /// No rows, no features. So is a dataset that was moved from.
  Dataset() noexcept;
  Dataset(const Dataset&) noexcept = default;
  Dataset(Dataset&& other) noexcept;
  Dataset& operator=(const Dataset&) noexcept = default;
  Dataset& operator=(Dataset&& other) noexcept;
  ~Dataset() = default;

  /// Reads RFC 4180 text (quotes, doubled quotes, line breaks inside quotes; unquoted fields are trimmed), as it is or
  /// compressed, .gz or .zst (known by its first bytes); "-" reads standard input. Blank lines are skipped, also in
  /// a file of one column, where "" makes a row. A column is numeric (f64) when every field that is not missing parses
  /// as a number, else a categorical one whose dictionary is sorted by bytes, so that the order of rows does not
  /// matter. A label that is not a number makes classes. Throws FileError when the file cannot be read, DataError with
  /// line and column for bad content, ArgumentError for a column that is not there.
  static Dataset from_csv(const std::filesystem::path& path, const CsvOptions& options = {});

  /// Reads a file by a schema, as rows to validate on, to evaluate and to predict: its features, in its order and of
  /// its kinds, by its missing tokens. Columns that it does not name are ignored, even if two have one name. Its labels
  /// and groups are read where the file has them, unless `options.drop` names them; what `options` names (label,
  /// weight, group, offset, further missing tokens) is read, too. Groups that it alone names are left out, with a
  /// remark, where they are torn apart or some are missing. Throws as above, and DataError for a feature or an offset
  /// that is not there, or some of several labels, with file and line for text in a column of numbers and for a class
  /// that the schema does not have. `options` cannot say what is categorical.
  static Dataset from_csv(const std::filesystem::path& path, const Schema& schema, const CsvOptions& options = {});

  /// Reads CSV files, one after another, of which memory need not hold all rows: once, in parts, into a table on disk,
  /// whose columns are then read as if they were memory. `pattern`: a file, or several by * and ? in the last part of a
  /// path ("part-*.csv"), in the order of their names. The same dataset as that of from_csv and concat; fit_boosted
  /// makes the same model of it, and keeps to `options.memory`. A table that is there, of the same files by name, size
  /// and time, read with the same options, is taken as it is, when its checksums have been found to be right. Throws as
  /// from_csv does; ArgumentError for groups, compressed files and standard input; FileError for a disk that is full, a
  /// table that was changed, and files that change while they are read. What was begun is removed then.
  static Dataset from_files(const std::filesystem::path& pattern, const FilesOptions& options = {});

  /// Reads lines "label index:value ..." with ascending indices; '#' starts a comment. Features are named by their
  /// index. Kept sparse. A word "qid:7" behind the label says that the row is of group 7; then each row has one, and
  /// rows of a group stand together. Files may be compressed, as for from_csv. Throws FileError, or DataError with the
  /// line.
  static Dataset from_libsvm(const std::filesystem::path& path, const LibsvmOptions& options = {});

  /// Reads a file by a schema whose features are numbers or f0, f1, ...: as many as it has, those absent being 0;
  /// larger indices are ignored, and groups that are torn apart are left out, with a remark. DataError for a schema of
  /// other names or with categories, whose columns have no index.
  static Dataset from_libsvm(const std::filesystem::path& path, const Schema& schema,
                             const LibsvmOptions& options = {});

  /// Row-major values [rows, features]: a vector, array or span. float stays float, other types become double. A
  /// temporary vector is kept, anything else copied unless options.refer. Throws ArgumentError when sizes do not fit,
  /// DataError for infinite values, labels that are not finite, or bad weights (naming the row).
  template <NumberRange Range>
  static Dataset from_rows(Range&& values, int features, const RowOptions& options = {}) {
    const Shape shape = grid(detail::count_of(values), features);
    return from_matrix(
        detail::as_tensor<detail::feature_t<Range>>(std::forward<Range>(values), shape, options.refer, options.owner),
        options);
  }
  static Dataset from_rows(std::initializer_list<double> values, int features, const RowOptions& options = {}) {
    return from_matrix(Tensor::copy_of(std::span<const double>(values), grid(values.size(), features)), options);
  }

  /// Column-major values [features, rows], likewise.
  template <NumberRange Range>
  static Dataset from_columns(Range&& values, int features, const RowOptions& options = {}) {
    const Shape rows = grid(detail::count_of(values), features);
    return from_matrix(detail::as_tensor<detail::feature_t<Range>>(std::forward<Range>(values), {rows[1], rows[0]},
                                                                   options.refer, options.owner)
                           .transpose(0, 1),
                       options);
  }

  /// Compressed sparse rows, likewise: `offsets` has rows + 1 entries; `columns` ascend within each row. Both are whole
  /// numbers.
  template <WholeRange Offsets, WholeRange Columns, NumberRange Values>
  static Dataset from_csr(Offsets&& offsets, Columns&& columns, Values&& values, int features,
                          const RowOptions& options = {}) {
    const auto shape = [](const auto& list) { return Shape{static_cast<std::int64_t>(detail::count_of(list))}; };
    const Shape rows = shape(offsets), entries = shape(columns), numbers = shape(values);
    return from_compressed(
        detail::as_tensor<std::int64_t>(std::forward<Offsets>(offsets), rows, options.refer, options.owner),
        detail::as_tensor<std::int32_t>(std::forward<Columns>(columns), entries, options.refer, options.owner),
        detail::as_tensor<detail::feature_t<Values>>(std::forward<Values>(values), numbers, options.refer,
                                                     options.owner),
        features, options);
  }

  /// A [rows, features] tensor of f32 or f64, any strides, and what goes with it; copied unless options.refer.
  static Dataset from_tensors(const Tensor& values, const RowOptions& options = {});
  /// Compressed sparse rows as tensors: [rows + 1] i64, [entries] i32, [entries] f32 or f64.
  static Dataset from_sparse(const Tensor& offsets, const Tensor& columns, const Tensor& values, int features,
                             const RowOptions& options = {});
  /// Columns of mixed kinds, whose tensors are kept and not copied, with a label [rows] or [rows, K] f64 (or empty), a
  /// weight [rows] f64 (or empty) and, when the label holds class numbers, the names of the classes.
  static Dataset from_named(std::vector<Column> columns, Tensor label = {}, Tensor weight = {},
                            std::vector<std::string> classes = {});

  /// This dataset with another label: numbers, K a row (a tensor [rows, K]) with K names or none, or texts, which are
  /// classes. Throws as from_rows does.
  Dataset with_label(const NumberList& label, const NameList& names = {}) const;
  Dataset with_label(const NameList& label, std::string name = {}) const;
  /// Whose label is a time, with whether the event came, 1 or 0 a row; the signs that times had are left aside. Throws
  /// ArgumentError without one number a row as label.
  Dataset with_event(const NumberList& event, std::string name = {}) const;
  /// With other weights; none: all 1.
  Dataset with_weight(const NumberList& weight) const;
  /// With other groups, or none. Throws ArgumentError when they are of another number of rows.
  Dataset with_groups(const GroupList& groups, std::string name = {}) const;
  /// With other offsets, [rows] or [rows, K], or none. Throws as from_rows does.
  Dataset with_offset(const NumberList& offset, const NameList& names = {}) const;
  /// With one more feature, or another in the place of one that has its name: numbers, or texts, which are categories
  /// ("" is missing). A dataset without rows and features takes any number of rows. Throws ArgumentError when sizes do
  /// not fit, or for a sparse dataset.
  Dataset with_column(Column column) const;
  Dataset with_column(std::string name, const NumberList& values) const;
  Dataset with_column(std::string name, const NameList& values) const;
  /// Without these features. Throws ArgumentError for one that is not there, with the nearest name.
  Dataset without(const NameList& names) const;

  /// The rows of all, in order. Features are found by name, as the first has them (and later sparse rows); categories
  /// and classes become those of all; groups of two parts are two groups, also under one id. Throws ArgumentError when
  /// features or kinds differ, or some have no label, groups or offset where others do, or another number of labels.
  static Dataset concat(std::span<const Dataset> parts);
  static Dataset concat(std::initializer_list<Dataset> parts) {
    return concat(std::span<const Dataset>(parts.begin(), parts.size()));
  }

  // Of a temporary (split().first.label()) these are copies: nothing refers to what is gone.

  std::int64_t rows() const noexcept;
  int features() const noexcept;
  std::vector<std::string> feature_names() const;
  /// The label's column, of several the first; "" without a name.
  const std::string& label_name() const& noexcept;
  std::string label_name() const&& { return label_name(); }
  /// One a label, or none.
  const std::vector<std::string>& label_names() const& noexcept;
  std::vector<std::string> label_names() const&& { return label_names(); }

  bool is_sparse() const noexcept;
  /// The columns of a dense dataset; empty for a sparse one.
  const std::vector<Column>& columns() const& noexcept;
  std::vector<Column> columns() const&& { return columns(); }
  /// A dense column by name. Throws ArgumentError with the nearest name.
  const Column& column(std::string_view name) const&;
  Column column(std::string_view name) const&& { return column(name); }
  /// All features as a new tensor [rows, features]: f32 when all are, else f64; codes of categories as numbers, NaN for
  /// missing, 0 for what is absent from a sparse row.
  Tensor matrix() const;
  /// The entries of a sparse dataset; empty for a dense one.
  const SparseRows& sparse() const& noexcept;
  SparseRows sparse() const&& { return sparse(); }

  bool has_label() const noexcept;
  /// [rows] f64, or [rows, K] of K labels a row: numbers as they stood, or class numbers where classes() is not empty;
  /// empty without a label.
  const Tensor& label() const& noexcept;
  Tensor label() const&& { return label(); }
  /// Whether the label is made of times and events: times, with a minus where no event came by then.
  bool has_event() const noexcept;
  /// The names of the classes of a label that was text, in byte order; empty for a numeric label.
  const std::vector<std::string>& classes() const& noexcept;
  std::vector<std::string> classes() const&& { return classes(); }
  /// [rows] f64, or empty when all weights are 1.
  const Tensor& weight() const& noexcept;
  Tensor weight() const&& { return weight(); }

  bool has_groups() const noexcept;
  /// [groups + 1] i64: group g is the rows groups()[g] .. groups()[g + 1] - 1, and has at least one; empty without
  /// groups. Losses of single rows leave them out of account; metrics are given them.
  const Tensor& groups() const& noexcept;
  Tensor groups() const&& { return groups(); }
  bool has_offset() const noexcept;
  /// [rows] f64, or [rows, K] for K outputs: what is added to a row's score, before the link, in fits and in
  /// predictions; empty without offsets. Of counts it is the logarithm of the exposure, else the score of another
  /// model, say (XGBoost's base_margin, LightGBM's init_score).
  const Tensor& offset() const& noexcept;
  Tensor offset() const&& { return offset(); }

  /// What this table is made of, to read other files alike: Dataset::from_csv("new.csv", data.schema()).
  Schema schema() const;
  /// Where a row stands, for messages: "clicks.csv:79" (file and line, also after take, split and concat), or "row 78",
  /// counted from 0, of data from memory. Throws ArgumentError for a row out of range.
  std::string where(std::int64_t row) const;

  /// What reading the file found that may be a slip, one sentence each with file, line and value: a column or a label
  /// that one field turned from numbers into text, numbers with decimal commas, a first line of numbers that was taken
  /// for names. take() and split() keep them. Empty for data from memory.
  const std::vector<std::string>& remarks() const& noexcept;
  std::vector<std::string> remarks() const&& { return remarks(); }

  /// These rows, in this order, copied. Rows of one group stay one group, which is smaller where only some are taken.
  /// Of no rows there is no label, weight, group or offset; their names stay, so that schema() is the same.
  /// Throws ArgumentError for a row out of range, DataError where rows of another group come between those of one.
  Dataset take(std::span<const std::int64_t> rows) const;
  /// A random part for training and one for testing, rows in their old order in both. The data's own groups stay whole,
  /// as those of the options do. Throws ArgumentError when a part would be empty, groups do not fit (those of the
  /// options must not tear apart the data's), or there are both groups and strata.
  std::pair<Dataset, Dataset> split(const SplitOptions& options = {}) const;
  /// Cross-validation: every row is in the test part of one fold; sizes differ by one row at most, or as groups allow.
  /// Throws as split does.
  std::vector<Fold> folds(const FoldOptions& options = {}) const;

 private:
  struct State;
  explicit Dataset(std::shared_ptr<const State> state) noexcept;
  static Shape grid(std::size_t values, int features);
  static Dataset concat_filled(std::span<const Dataset> parts);
  static Dataset from_matrix(const Tensor& values, const RowOptions& options);
  static Dataset from_compressed(const Tensor& offsets, const Tensor& columns, const Tensor& values, int features,
                                 const RowOptions& options);

  std::shared_ptr<const State> state_;
  friend class DatasetBuilder;  // src/data/dataset/builder.hpp
};

/// One line: 101 rows, 2 features, 1 of text: b (101 values; line 79: "1.281.501.0"); label y: 2 classes (no, yes).
LINDEN_API std::ostream& operator<<(std::ostream& out, const Dataset& data);

/// Whether a file holds libsvm's "label index:value ..." lines: by its ending (.csv and .tsv do not; .libsvm, .svm and
/// .svmlight do), else by its first line of more than one word. Standard input ("-") is taken for CSV. Throws FileError
/// when it has to look and cannot.
LINDEN_API bool looks_like_libsvm(const std::filesystem::path& path);

}  // namespace linden
