// What is written as ONNX, read byte by byte by the definition of its messages, and evaluated.
#include <linden/linear.hpp>
#include <cmath>
#include <cstring>
#include <map>

#include "interop/export/random_models.hpp"

namespace linden {
namespace {

using exported::Case;

// A message of Protocol Buffers: of each field its values, numbers or bytes.
struct Message {
  std::map<int, std::vector<std::uint64_t>> numbers;
  std::map<int, std::vector<std::string>> bytes;

  explicit Message(std::string_view rest) {
    const auto varint = [&] {
      std::uint64_t number = 0;
      for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(rest.at(0));
        rest.remove_prefix(1);
        number |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) return number;
      }
    };
    while (!rest.empty()) {
      const std::uint64_t tag = varint();
      const int field = static_cast<int>(tag >> 3);
      if ((tag & 7) == 0) {
        numbers[field].push_back(varint());
        continue;
      }
      EXPECT_EQ(tag & 7, 2u);
      const std::size_t size = varint();
      bytes[field].emplace_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
  }

  std::string text(int field) const { return bytes.at(field).at(0); }
  Message message(int field) const { return Message(text(field)); }
};

std::vector<double> doubles(const Message& tensor) {
  EXPECT_EQ(tensor.numbers.at(2).at(0), 11u);
  const std::string raw = tensor.text(9);
  std::vector<double> values(raw.size() / 8);
  std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

std::vector<std::int64_t> packed(const std::string& block) {
  std::vector<std::int64_t> all;
  std::uint64_t number = 0;
  int shift = 0;
  for (const char c : block) {
    number |= std::uint64_t{static_cast<unsigned char>(c) & 0x7fu} << shift;
    shift += 7;
    if ((c & 0x80) != 0) continue;
    all.push_back(static_cast<std::int64_t>(number));
    number = 0, shift = 0;
  }
  return all;
}

struct Graph {
  std::vector<Message> nodes;
  std::map<std::string, Message> constants;
  std::map<std::string, std::string> metadata;

  explicit Graph(const std::string& model) {
    const Message all(model), graph = all.message(7);
    for (const std::string& node : graph.bytes.at(1)) nodes.emplace_back(node);
    if (graph.bytes.contains(5))
      for (const std::string& tensor : graph.bytes.at(5)) constants.emplace(Message(tensor).text(8), Message(tensor));
    for (const std::string& entry : all.bytes.at(14)) metadata[Message(entry).text(1)] = Message(entry).text(2);
  }
  std::vector<std::string> ops() const {
    std::vector<std::string> all;
    for (const Message& node : nodes) all.push_back(node.text(4));
    return all;
  }
};

struct TheirTrees {
  std::map<std::string, Message> attributes;
  std::map<std::string, std::vector<std::int64_t>> lists;
  std::vector<double> splits, weights, members;
  std::string modes;

  explicit TheirTrees(const Message& node) {
    for (const std::string& one : node.bytes.at(5)) attributes.emplace(Message(one).text(1), Message(one));
    for (const auto& [name, attribute] : attributes)
      if (attribute.bytes.contains(8)) lists[name] = packed(attribute.text(8));
    splits = doubles(attributes.at("nodes_splits").message(5));
    weights = doubles(attributes.at("leaf_weights").message(5));
    modes = attributes.at("nodes_modes").message(5).text(9);
    if (attributes.contains("membership_values")) members = doubles(attributes.at("membership_values").message(5));
  }

  std::vector<double> scores(const std::vector<double>& row) const {
    std::vector<double> scores(attributes.at("n_targets").numbers.at(3).at(0));
    for (const std::int64_t root : lists.at("tree_roots")) {
      std::int64_t at = root;
      for (bool is_leaf = false; !is_leaf;) {
        const auto i = static_cast<std::size_t>(at);
        const double x = row[static_cast<std::size_t>(lists.at("nodes_featureids")[i])];
        const bool is_true =
            modes[i] == 0   ? x <= splits[i] || (std::isnan(x) && lists.at("nodes_missing_value_tracks_true")[i] != 0)
            : modes[i] == 6 ? is_member(i, x)
                            : throw std::runtime_error("a mode that nobody wrote");
        is_leaf = lists.at(is_true ? "nodes_trueleafs" : "nodes_falseleafs")[i] != 0;
        at = lists.at(is_true ? "nodes_truenodeids" : "nodes_falsenodeids")[i];
      }
      const auto leaf = static_cast<std::size_t>(at);
      scores[static_cast<std::size_t>(lists.at("leaf_targetids")[leaf])] += weights[leaf];
    }
    return scores;
  }

  // The sets stand one behind the other, in the order of their nodes, with NaN between them.
  bool is_member(std::size_t node, double x) const {
    auto at = members.begin();
    for (std::size_t i = 0; i < node; ++i)
      if (modes[i] == 6) at = std::find_if(at, members.end(), [](double m) { return std::isnan(m); }) + 1;
    for (; !std::isnan(*at); ++at)
      if (*at == x) return true;
    return false;
  }
};

TEST(Onnx, ScoresHaveTheSameBits) {
  std::uint64_t seed = 1;
  for (const hand_made::Options& options : exported::constant_leaves())
    for (int again = 0; again < 3; ++again) {
      const Case one = exported::random_case(seed++, options, 40);
      const Graph graph(export_to_string(one.model, ExportFormat::onnx));
      EXPECT_EQ(graph.ops(), (std::vector<std::string>{"TreeEnsemble", "Identity"}));
      const TheirTrees theirs(graph.nodes[0]);
      for (const std::vector<double>& row : one.rows)
        ASSERT_EQ(theirs.scores(row), exported::scores_of(one, row)) << seed;
    }
}

TEST(Onnx, LinksAreOperators) {
  const auto ops = [](Link link, int outputs, ExportOptions how = {}) {
    const Case one =
        exported::random_case(5, {.outputs = outputs, .loss = link_only_loss("a", link, outputs, LabelKind::real)}, 1);
    std::vector<std::string> all = Graph(export_to_string(one.model, ExportFormat::onnx, how)).ops();
    all.erase(all.begin());
    return fmt::format("{}", fmt::join(all, " "));
  };
  EXPECT_EQ(ops(Link::sigmoid, 2), "Sigmoid");
  EXPECT_EQ(ops(Link::exp, 1), "Exp");
  EXPECT_EQ(ops(Link::expm1, 1), "Exp Sub");
  EXPECT_EQ(ops(Link::sorted, 3), "TopK");
  EXPECT_EQ(ops(Link::normal, 2, {.scores = true}), "Identity");
  EXPECT_THROW(ops(Link::normal, 2), ArgumentError);
}

TEST(Onnx, ClassesHaveNames) {
  const Dataset data =
      Dataset::from_rows({1, 2, 3, -1, 4, 0.5}, 2, {.label = NumberList{0, 1, 1}}).with_label({"no", "yes", "yes"});
  const Graph two(export_to_string(fit_linear(data, {.loss = loss::logistic(), .l2 = 1}), ExportFormat::onnx));
  EXPECT_EQ(fmt::format("{}", fmt::join(two.ops(), " ")), "MatMul Add Sigmoid GreaterOrEqual Cast Squeeze Gather");
  EXPECT_EQ(two.constants.at("classes").bytes.at(6), (std::vector<std::string>{"no", "yes"}));
  const LinearModel model = fit_linear(data.with_label({"a", "b", "c"}), {.loss = loss::softmax(), .l2 = 1});
  const Graph three(export_to_string(model, ExportFormat::onnx));
  EXPECT_EQ(fmt::format("{}", fmt::join(three.ops(), " ")), "MatMul Add Softmax ArgMax Gather");
  std::vector<double> weights;
  for (int f = 0; f < 2; ++f)
    for (int k = 0; k < 3; ++k) weights.push_back(model.weight(f, k));
  EXPECT_EQ(doubles(three.constants.at("weights")), weights);
  EXPECT_EQ(doubles(three.constants.at("intercept")), model.intercept());
  EXPECT_EQ(three.metadata.at("features"), "[\"f0\",\"f1\"]");
}

}  // namespace
}  // namespace linden
