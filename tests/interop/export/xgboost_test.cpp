// What is written for XGBoost, as JSON and as UBJSON, read and evaluated by what is known of the format.
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "interop/export/random_models.hpp"

namespace linden {
namespace {

using exported::Case;
using Json = nlohmann::json;

// XGBoost's dialect of UBJSON.
class Ubjson {
 public:
  explicit Ubjson(std::string_view bytes) : rest_(bytes) {}

  Json value() { return value_of(take()); }
  bool at_end() const { return rest_.empty(); }

 private:
  char take() {
    const char c = rest_.at(0);
    rest_.remove_prefix(1);
    return c;
  }
  std::uint64_t big_endian(int bytes) {
    std::uint64_t bits = 0;
    for (int i = 0; i < bytes; ++i) bits = bits << 8 | static_cast<unsigned char>(take());
    return bits;
  }
  std::string text() {
    EXPECT_EQ(take(), 'L');
    const std::size_t size = big_endian(8);
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  Json value_of(char type) {
    switch (type) {
      case 'S': return text();
      case 'd': return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4)));
      case 'l': return static_cast<std::int32_t>(big_endian(4));
      case 'L': return static_cast<std::int64_t>(big_endian(8));
      case 'U': return big_endian(1);
      case 'i': return static_cast<std::int8_t>(big_endian(1));
      case '{': {
        Json object = Json::object();
        while (rest_.at(0) != '}') {
          const std::string name = text();
          object[name] = value();
        }
        take();
        return object;
      }
      case '[': {
        Json list = Json::array();
        char mark = take(), of = 0;
        if (mark == '$') of = take(), mark = take();
        EXPECT_EQ(mark, '#');
        EXPECT_EQ(take(), 'L');
        for (std::uint64_t size = big_endian(8); size > 0; --size) list.push_back(of != 0 ? value_of(of) : value());
        return list;
      }
      default: ADD_FAILURE() << "type " << type; throw std::runtime_error("UBJSON");
    }
  }

  std::string_view rest_;
};

Json as_json(std::string text) {
  for (std::size_t at = 0; (at = text.find("Infinity")) != text.npos;) text.replace(at, 8, "1e39");  // beyond float
  return Json::parse(text);
}

float as_float(const Json& number) {
  const auto wide = number.get<double>();
  return wide > 3.41e38 ? HUGE_VALF : static_cast<float>(wide);
}

std::vector<float> margins_of(const Json& model, const std::vector<double>& row) {
  const Json& learner = model["learner"];
  const Json& booster = learner["gradient_booster"]["model"];
  const Json& parameters = learner["learner_model_param"];
  const int classes = std::stoi(parameters["num_class"].get<std::string>());
  const int targets = std::stoi(parameters["num_target"].get<std::string>());
  std::vector<float> margins(static_cast<std::size_t>(std::max({1, classes, targets})));
  for (std::size_t t = 0; t < booster["trees"].size(); ++t) {
    const Json& tree = booster["trees"][t];
    std::size_t at = 0;
    while (tree["left_children"][at] != -1) {
      const auto x = static_cast<float>(row[tree["split_indices"][at].get<std::size_t>()]);
      bool left = x < as_float(tree["split_conditions"][at]);
      if (tree["split_type"][at] == 1) {
        const Json& nodes = tree["categories_nodes"];
        const auto which = static_cast<std::size_t>(std::find(nodes.begin(), nodes.end(), at) - nodes.begin());
        const auto begin = tree["categories"].begin() + tree["categories_segments"][which].get<int>();
        const auto end = begin + tree["categories_sizes"][which].get<int>();
        EXPECT_LT(begin, end);
        left = x < 0 || std::find(begin, end, static_cast<int>(x)) == end;
      }
      if (std::isnan(x)) left = tree["default_left"][at] == 1;
      EXPECT_EQ(tree["right_children"][at], tree["left_children"][at].get<int>() + 1);  // it reads one of them
      const int next = tree[left ? "left_children" : "right_children"][at];
      EXPECT_EQ(tree["parents"][static_cast<std::size_t>(next)], at);
      at = static_cast<std::size_t>(next);
    }
    margins[booster["tree_info"][t].get<std::size_t>()] += tree["split_conditions"][at].get<float>();
  }
  return margins;
}

TEST(Xgboost, RowsOfFloatsGoTheSameWay) {
  std::uint64_t seed = 1;
  for (const hand_made::Options& options : exported::constant_leaves())
    for (int again = 0; again < 3; ++again) {
      Case one = exported::random_case(seed++, options, 40);
      const Json model = as_json(export_to_string(one.model, ExportFormat::xgboost_json));
      for (std::vector<double>& row : one.rows) {
        for (double& x : row) x = static_cast<float>(x);
        for (std::size_t f = 0; f < row.size(); ++f)  // -1 is no code there, but missing, as NaN is
          if (options.categories[f] > 0 && row[f] < 0) row[f] = missing_value;
        const std::vector<float> got = margins_of(model, row);
        const std::vector<double> want = exported::scores_of(one, row);
        ASSERT_EQ(got.size(), want.size());
        for (std::size_t k = 0; k < got.size(); ++k)
          ASSERT_NEAR(got[k], want[k], 1e-6 * (1 + std::abs(want[k]))) << seed;
      }
    }
}

TEST(Xgboost, BoundsAreTheFirstFloatsAboveThresholds) {
  Random random(2);
  BoostedModel::State state = hand_made::random_state(random, {.rounds = 1, .categories = {0}});
  Tree& tree = state.trees.front();
  tree.nodes.assign(3, {});
  tree.nodes[0].feature = 0;
  tree.nodes[0].left = 1, tree.nodes[0].right = 2;
  tree.nodes[1].leaf = 0, tree.nodes[2].leaf = 1;
  tree.leaf_values = {1, 2};
  constexpr float most = std::numeric_limits<float>::max();
  for (const double threshold : {0.0, -0.0, 1.0, 0.1, -0.1, 1e-46, -1e-46, 1e300, -1e300, double{most}, double{-most},
                                 3.4028234e38, 16777217.0}) {
    tree.nodes[0].threshold = threshold;
    const Json model = as_json(export_to_string(BoostedModel(as_loaded("a model", state)), ExportFormat::xgboost_json));
    const float bound = as_float(model["learner"]["gradient_booster"]["model"]["trees"][0]["split_conditions"][0]);
    for (float x : {static_cast<float>(std::clamp(threshold, -double{most}, double{most})), 0.0f, most, -most})
      for (int step = 0; step < 3; ++step, x = std::nextafter(x, step == 1 ? most : -most))
        EXPECT_EQ(x < bound, x <= threshold) << x << " " << threshold;
  }
}

TEST(Xgboost, UbjsonSaysTheSame) {
  std::uint64_t seed = 20;
  for (const hand_made::Options& options : exported::constant_leaves()) {
    const Case one = exported::random_case(seed++, options, 1);
    const std::string bytes = export_to_string(one.model, ExportFormat::xgboost_ubjson);
    Ubjson reader(bytes);
    const Json binary = reader.value();
    EXPECT_TRUE(reader.at_end());
    const Json text = as_json(export_to_string(one.model, ExportFormat::xgboost_json));
    const auto members = [](const Json& flat) {  // floats are shorter as text
      std::vector<std::string> all;
      for (const auto& [name, entry] : flat.items())
        all.push_back(name + "=" + (entry.is_number_float() ? fmt::format("{}", as_float(entry)) : entry.dump()));
      return all;
    };
    EXPECT_EQ(members(binary.flatten()), members(text.flatten()));
  }
}

TEST(Xgboost, CategoriesHaveNames) {
  Random random(7);
  BoostedModel::State state = hand_made::random_state(random, {.categories = {0, 2, 3}});
  state.categories[1] = {"a", "\xc3\xa9"};
  state.categories[2] = {"", "bc", "d"};
  const Json model = as_json(export_to_string(BoostedModel(as_loaded("a model", state)), ExportFormat::xgboost_json));
  const Json want =
      Json::parse(R"({"enc": [{"offsets": [], "values": []}, {"offsets": [0, 1, 3], "values": [97, -61, -87]},
    {"offsets": [0, 0, 2, 3], "values": [98, 99, 100]}], "feature_segments": [0, 0, 2, 5], "sorted_idx": [0, 1, 0, 1, 2]})");
  EXPECT_EQ(model["learner"]["gradient_booster"]["model"]["cats"], want);
}

TEST(Xgboost, LinksAreObjectives) {
  const auto objective = [](Link link, int outputs) {
    const Case one =
        exported::random_case(5, {.outputs = outputs, .loss = link_only_loss("a", link, outputs, LabelKind::real)}, 1);
    const Json model = as_json(export_to_string(one.model, ExportFormat::xgboost_json));
    const Json& parameters = model["learner"]["learner_model_param"];
    return model["learner"]["objective"]["name"].get<std::string>() + " " + parameters["num_class"].get<std::string>() +
           " " + parameters["num_target"].get<std::string>() + " " + parameters["base_score"].get<std::string>();
  };
  EXPECT_EQ(objective(Link::identity, 1), "reg:squarederror 0 1 0E0");
  EXPECT_EQ(objective(Link::identity, 3), "reg:squarederror 0 3 0E0");
  EXPECT_EQ(objective(Link::sigmoid, 1), "binary:logistic 0 1 5E-1");
  EXPECT_EQ(objective(Link::softmax, 3), "multi:softprob 3 1 0E0");
  EXPECT_EQ(objective(Link::exp, 1), "count:poisson 0 1 1E0");
  EXPECT_THROW(objective(Link::sorted, 2), ArgumentError);
}

TEST(Xgboost, WhatItCannotSayIsRefused) {
  Random random(4);
  const BoostedModel zeros = hand_made::random_model(random, {.rounds = 40, .zeros_missing = true, .categories = {0}});
  EXPECT_EQ(refusal<ArgumentError>([&] { export_to_string(zeros, ExportFormat::xgboost_json); }),
            "export_model: xgboost_json cannot hold this model: zeros of \"f0\" count as missing, as in models of "
            "LightGBM. Hint: lightgbm, cpp and c can say that.");
  const BoostedModel linear = hand_made::random_model(random, {.linear = true, .categories = {0}});
  EXPECT_EQ(
      refusal<ArgumentError>([&] { export_to_string(linear, ExportFormat::xgboost_ubjson); }),
      "export_model: xgboost_ubjson cannot hold this model: its leaves are linear, and leaves are constants there. "
      "Hint: cpp and c have such leaves.");
}

}  // namespace
}  // namespace linden
