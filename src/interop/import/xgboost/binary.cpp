// XGBoost's binary form, which versions up to 3.0 wrote: structs as they stood in memory, little-endian. Those before
// 0.47 began with "binf"; those of xgboost4j-spark begin with names of columns, those in pickles with where the
// configuration is.
#include <bit>
#include <cmath>
#include <cstring>

#include "base/fail.hpp"
#include "base/utf8.hpp"
#include "interop/import/xgboost/learner.hpp"

namespace linden::xgboost {
namespace {

constexpr std::string_view in_pickles = "CONFIG-offset:", first_mark = "binf";
constexpr std::string_view spark_classes{"\0\5_cls_", 7}, spark_numbers{"\0\5_reg_", 7};
constexpr std::size_t longest_name = 256;

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes), size_(bytes.size()) {}

  template <class T>
  T take() {
    T value;
    std::memcpy(&value, skip(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view skip(std::size_t count) {
    if (count > left_.size()) refuse("the end comes too early");
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  bool skip_mark(std::string_view mark) {
    const bool is_there = left_.starts_with(mark);
    if (is_there) left_.remove_prefix(mark.size());
    return is_there;
  }
  std::string text() {
    const auto size = take<std::uint64_t>();
    if (size > left_.size()) refuse("a text is longer than the file");
    std::string found(skip(static_cast<std::size_t>(size)));
    if (!is_utf8(found)) refuse("a text is not UTF-8");
    return found;
  }
  // Of Java: two bytes of size, the first one the higher.
  void skip_java_text() {
    const std::string_view size = skip(2);
    skip(static_cast<std::size_t>(static_cast<unsigned char>(size[0])) << 8 | static_cast<unsigned char>(size[1]));
  }
  std::size_t left() const noexcept { return left_.size(); }
  // Refuses a count of what takes so many bytes each.
  std::size_t count(std::int64_t found, std::size_t bytes_each, const char* of) const {
    if (found < 0 || static_cast<std::uint64_t>(found) > left_.size() / bytes_each)
      refuse(fmt::format("there are {} {}, more than the file has room for", found, of));
    return static_cast<std::size_t>(found);
  }
  [[noreturn]] void refuse(std::string_view what) const {
    fail<FileError>("{} at byte {}.", what, size_ - left_.size());
  }

 private:
  std::string_view left_;
  std::size_t size_;
};

void skip_openings(Bytes& bytes) {
  if (bytes.skip_mark(in_pickles)) bytes.skip(sizeof(std::int64_t));
  const bool has_classes = bytes.skip_mark(spark_classes);
  if (has_classes || bytes.skip_mark(spark_numbers)) {
    for (int i = 0; i < 3; ++i) bytes.skip_java_text();  // columns of features, labels and predictions
    if (has_classes) {
      bytes.skip_java_text();  // of probabilities
      const std::string_view size = bytes.skip(sizeof(std::int32_t));
      std::uint32_t thresholds = 0;
      for (const char byte : size) thresholds = thresholds << 8 | static_cast<unsigned char>(byte);
      if (thresholds != 0xffffffff) bytes.skip(std::size_t{thresholds} * sizeof(double));
    }
  }
  bytes.skip_mark(first_mark);
}

struct Header {
  float base_score;
  std::uint32_t features;
  std::int32_t classes, has_attributes, has_metrics;
  std::uint32_t major, minor, targets;
  std::int32_t reserved[26];
};
static_assert(sizeof(Header) == 136);

struct ForestHeader {
  std::int32_t trees, roots, features, padding;
  std::int64_t buffered_rows;
  std::int32_t outputs, leaf_width;
  std::int32_t reserved[32];
};
static_assert(sizeof(ForestHeader) == 160);

struct TreeHeader {
  std::int32_t roots, nodes, deleted, depth, features, leaf_width;
  std::int32_t reserved[31];
};
static_assert(sizeof(TreeHeader) == 148);

struct Node {
  std::int32_t parent, left, right;
  std::uint32_t feature;  // the highest bit: missing values go left
  float value;
};
struct Statistics {
  float gain, cover, weight;
  std::int32_t leaf_children;
};
static_assert(sizeof(Node) == 20 && sizeof(Statistics) == 16);

struct LinearHeader {
  std::uint32_t features;
  std::int32_t outputs;
  std::int32_t reserved[32];
};
static_assert(sizeof(LinearHeader) == 136);

Tree tree_of(Bytes& bytes) {
  const auto header = bytes.take<TreeHeader>();
  const std::size_t nodes = bytes.count(header.nodes, sizeof(Node) + sizeof(Statistics), "nodes");
  if (nodes == 0) bytes.refuse("a tree has no nodes");
  if (header.roots != 1) bytes.refuse(fmt::format("a tree has {} roots, and one root is known here", header.roots));
  if (header.leaf_width > 1) bytes.refuse("a tree has leaves of several values");
  Tree tree;
  for (std::size_t i = 0; i < nodes; ++i) {
    const Node node = bytes.take<Node>();
    tree.left.push_back(node.left);
    tree.right.push_back(node.right);
    tree.feature.push_back(static_cast<std::int32_t>(node.feature & 0x7fffffff));
    tree.default_left.push_back(static_cast<char>(node.feature >> 31));
    tree.value.push_back(node.value);
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    const Statistics statistics = bytes.take<Statistics>();
    tree.gain.push_back(statistics.gain);
    tree.cover.push_back(statistics.cover);
  }
  return tree;
}

void read_trees(Bytes& bytes, Learner& learner) {
  const auto header = bytes.take<ForestHeader>();
  const std::size_t trees = bytes.count(header.trees, sizeof(TreeHeader), "trees");
  for (std::size_t t = 0; t < trees; ++t) learner.trees.push_back(tree_of(bytes));
  bytes.count(header.trees, sizeof(std::int32_t), "trees");
  for (std::size_t t = 0; t < trees; ++t) learner.output_of_tree.push_back(bytes.take<std::int32_t>());
  // Before 0.47 what had been predicted for training rows followed, and nothing else that is of use here.
  if (header.buffered_rows > 0) bytes.skip(bytes.left());
}

void read_weights_of_trees(Bytes& bytes, Learner& learner) {
  if (learner.trees.empty() || bytes.left() == 0) return;
  const auto found = static_cast<std::int64_t>(bytes.take<std::uint64_t>());
  const std::size_t count = bytes.count(found, sizeof(float), "weights of trees");
  for (std::size_t i = 0; i < count; ++i) learner.tree_weights.push_back(bytes.take<float>());
}

void read_linear(Bytes& bytes, Learner& learner) {
  bytes.take<LinearHeader>();
  const auto found = static_cast<std::int64_t>(bytes.take<std::uint64_t>());
  const std::size_t count = bytes.count(found, sizeof(float), "weights");
  for (std::size_t i = 0; i < count; ++i) learner.weights.push_back(bytes.take<float>());
  learner.is_linear = true;
}

}  // namespace

bool is_binary(std::string_view bytes) {
  try {
    Bytes rest(bytes);
    skip_openings(rest);
    const auto header = rest.take<Header>();
    const auto size = rest.take<std::uint64_t>();
    if (!std::isfinite(header.base_score) || size == 0 || size > longest_name) return false;
    const std::string_view objective = rest.skip(static_cast<std::size_t>(size));
    const auto gbm_size = rest.take<std::uint64_t>();
    if (gbm_size > longest_name || objective.find(':') == objective.npos) return false;
    const std::string_view booster = rest.skip(static_cast<std::size_t>(gbm_size));
    return booster == "gbtree" || booster == "dart" || booster == "gblinear";
  } catch (const FileError&) {
    return false;
  }
}

Learner binary_learner(std::string_view whole) {
  Bytes bytes(whole);
  skip_openings(bytes);
  const auto header = bytes.take<Header>();
  Learner learner;
  learner.base_score = {header.base_score};
  learner.base_is_score = header.major < 1;
  if (header.features > 0x7fffffff) bytes.refuse("there are too many features");
  learner.features = static_cast<int>(header.features);
  learner.classes = header.classes;
  if (learner.classes < 0) bytes.refuse("there are fewer than no classes");
  if (header.targets > 0x7fffffff) bytes.refuse("there are too many targets");
  learner.targets = learner.base_is_score || header.targets == 0 ? 1 : static_cast<int>(header.targets);
  learner.objective = bytes.text();
  const std::string booster = bytes.text();
  if (booster == "gblinear") {
    read_linear(bytes, learner);
  } else if (booster == "gbtree" || booster == "dart") {
    read_trees(bytes, learner);
    if (booster == "dart") read_weights_of_trees(bytes, learner);
  } else {
    bytes.refuse(fmt::format("the booster is \"{}\", but gbtree, dart and gblinear are known", booster));
  }
  if (header.has_attributes == 0 || bytes.left() == 0) return learner;
  const auto found = static_cast<std::int64_t>(bytes.take<std::uint64_t>());
  const std::size_t count = bytes.count(found, 2 * sizeof(std::uint64_t), "attributes");
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = bytes.text();
    learner.attributes[std::move(name)] = bytes.text();
  }
  // From 1.0 on the objective's settings are an attribute, as JSON.
  if (const std::string& settings = learner.attributes["objective"]; settings.starts_with('{')) {
    const Value document = parse_json(settings);
    learner.parameters = parameters_of(Place(document));
  }
  return learner;
}

}  // namespace linden::xgboost
