// The model file of boosted trees: equal bytes after a round trip, and nothing damaged is ever loaded.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/fail.hpp"
#include "boosting/hand_made.hpp"
#include "boosting/random_data.hpp"
#include "linden/version.hpp"
#include "model/sealed.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

// The root splits the category c002 from the rest, node 2 the numbers: feature [1, -1, 0, -1, -1].
RandomData small_data() {
  RandomData data;
  add_numbers(data, {1, 1, 2, 2, 1, 2, 1, 2, 2});
  add_codes(data, {0, 1, 0, 1, 0, 0, 2, 2, 2}, 3);
  data.label = {0, 0, 10, 10, 0, 10, 100, 100, 100};
  return data;
}

BoostedModel small_model() {
  return fit_boosted(small_data().dataset(), {.rounds = 2, .learning_rate = 0.5, .l2 = 0, .min_rows_in_leaf = 1});
}

std::filesystem::path file_of(std::string_view text) {
  const std::filesystem::path path = scratch() / "m.json";
  write_file(path, text);
  return path;
}

// What load says about this file, without the path.
std::string refused(std::string_view text) {
  const std::string path = file_of(text).string();
  std::string message = refusal<FileError>([&] { BoostedModel::load(path); });
  for (std::size_t at; (at = message.find(path)) != std::string::npos;) message.replace(at, path.size(), "m.json");
  return message;
}

TEST(ModelFile, ASavedModelLoadsAndSavesTheSameBytes) {
  for (const std::string& loss : row_losses())
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      Random random(seed);
      RandomData data = random_data(random, 150, 5, loss);
      add_codes(data, random_codes(random, 150, 90, 0.1), 95);
      BoostingConfig config{.loss = loss::by_name(loss), .rounds = 4, .min_rows_in_leaf = 2, .seed = ~seed};
      const BoostedModel model = fit_boosted(data.dataset(), config);
      const std::string bytes = bytes_of(model);
      const BoostedModel loaded = BoostedModel::load(file_of(bytes));
      EXPECT_EQ(bytes_of(loaded), bytes);
      EXPECT_EQ(dump(loaded.trees()), dump(model.trees()));
      EXPECT_EQ(numbers_of(loaded.predict(data.dataset())), numbers_of(model.predict(data.dataset())));
      EXPECT_EQ(loaded.classes(), model.classes());
      EXPECT_EQ(loaded.feature_names(), model.feature_names());
      EXPECT_EQ(loaded.initial_score(), model.initial_score());
      EXPECT_EQ(loaded.config().seed, ~seed);
      EXPECT_EQ(loaded.categories(5), model.categories(5));
      EXPECT_TRUE(loaded.is_categorical(5));
      EXPECT_EQ(loaded.rounds(), 4);
    }
}

BoostedModel quantile_model() {
  return fit_boosted(small_data().dataset(),
                     {.loss = loss::quantile({.level = 0.9}), .rounds = 1, .min_rows_in_leaf = 1});
}

TEST(ModelFile, ParametersOfTheLossComeBack) {
  for (const Loss& loss : {loss::quantile({.level = 0.1 + 0.2}), loss::huber({.delta = 1e-300}), loss::absolute()}) {
    const BoostedModel model = fit_boosted(small_data().dataset(), {.loss = loss, .rounds = 2, .min_rows_in_leaf = 1});
    const BoostedModel loaded = BoostedModel::load(file_of(bytes_of(model)));
    EXPECT_EQ(loaded.loss().name(), loss.name());
    EXPECT_EQ(loaded.loss().parameters(), loss.parameters());
    EXPECT_EQ(loaded.config().loss.parameters(), loss.parameters());
    EXPECT_EQ(bytes_of(loaded), bytes_of(model));
  }
  const Json document = Json::parse(opened(bytes_of(quantile_model())));
  EXPECT_EQ(document["loss"].dump(), "{\"name\":\"quantile\",\"classes\":0,\"parameters\":{\"level\":0.9}}");
  EXPECT_EQ(document["config"]["loss"], "quantile");
  EXPECT_EQ(document["config"]["loss.level"], "0.9");
  EXPECT_FALSE(Json::parse(opened(bytes_of(small_model())))["loss"].contains("parameters"));
}

TEST(ModelFile, BadParametersOfTheLossAreRefused) {
  struct Damage {
    std::function<void(Json&)> edit;
    std::string message;
  };
  const Damage damages[] = {
      {[](Json& j) { j["loss"]["parameters"]["level"] = 1; },
       "m.json: loss is not known here (loss::quantile: level is 1, but it must be in (0, 1).)."},
      {[](Json& j) { j["loss"]["parameters"]["level"] = "0.9"; },
       "m.json: loss.parameters.level is not a finite number."},
      {[](Json& j) { j["loss"]["parameters"].erase("level"); }, "m.json: loss.parameters has no member \"level\"."},
      {[](Json& j) { j["loss"].erase("parameters"); }, "m.json: loss has no member \"parameters\"."},
      {[](Json& j) { j["loss"]["parameters"]["delta"] = 1; },
       "m.json: loss.parameters has an unknown member \"delta\"."},
      {[](Json& j) { j["loss"]["name"] = "absolute"; }, "m.json: loss has an unknown member \"parameters\"."},
      {[](Json& j) { j["loss"]["parameters"]["level"] = 0.5; },
       "m.json: config.loss.level is 0.9, but the model's is 0.5."},
      {[](Json& j) { j["config"]["loss.level"] = "2"; }, "m.json: config.loss.level is 2, but the model's is 0.9."},
      {[](Json& j) { j["config"].erase("loss.level"); },
       "m.json: config has \"rounds\" where its member \"loss.level\" belongs."},
      {[](Json& j) { j["config"]["loss"] = "huber"; }, "m.json: config.loss is huber, but the model's is quantile."},
  };
  const Json whole = Json::parse(opened(bytes_of(quantile_model())));
  for (const Damage& damage : damages) {
    Json document = whole;
    damage.edit(document);
    EXPECT_EQ(refused(sealed(document.dump())), damage.message);
  }
}

TEST(ModelFile, NamesOfEveryKindComeBack) {
  RandomData data = small_data();
  const Dataset plain = data.dataset({"a \"b\"\\\n\t,", "größe 木"});
  const BoostedModel model = fit_boosted(plain, {.rounds = 1, .min_rows_in_leaf = 1});
  const BoostedModel loaded = BoostedModel::load(file_of(bytes_of(model)));
  EXPECT_EQ(loaded.feature_names(), model.feature_names());
}

TEST(ModelFile, ItTellsNothingOfThreadsOrPaths) {
  const std::string bytes = bytes_of(small_model());
  EXPECT_TRUE(bytes.starts_with("{\"format\":\"linden model\",\"schema\":2,\"library\":\"" + std::string(version()) +
                                "\",\"model\":\"boosted\",\"columns\":["))
      << bytes.substr(0, 100);
  for (const char* word : {"thread", "device", "path", "second", "time", "history"})
    EXPECT_EQ(bytes.find(word), std::string::npos) << word;
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const std::string bytes = bytes_of(small_model());
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    const std::filesystem::path path = file_of(std::string_view(bytes).substr(0, size));
    EXPECT_THROW(BoostedModel::load(path), FileError) << size;
  }
  EXPECT_EQ(refused(bytes.substr(0, bytes.size() / 2)),
            "m.json: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.");
  EXPECT_EQ(refused(bytes.substr(0, 5)),
            "m.json: not a Linden model. Hint: models are written by save() and by linden train --out.");
  EXPECT_EQ(refused(bytes + " "), "m.json: something follows the end of the model. Hint: copy the file again.");
}

TEST(ModelFile, LineEndsOfOtherSystemsAndEditorsAreNoDamage) {
  const std::string bytes = bytes_of(small_model()), text = bytes.substr(0, bytes.size() - 1);
  ASSERT_EQ(bytes, text + "\n");
  for (const char* end : {"", "\r\n"}) EXPECT_EQ(bytes_of(BoostedModel::load(file_of(text + end))), bytes);
  for (const char* end : {"\r", "\n\n", "\r\n\n", "\n\r", " \n"})
    EXPECT_EQ(refused(text + end), "m.json: something follows the end of the model. Hint: copy the file again.") << end;
}

TEST(ModelFile, EveryFlippedBitIsRefused) {
  const std::string bytes = bytes_of(small_model());
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    const int at = random.below(static_cast<int>(bytes.size()));
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
    const std::filesystem::path path = file_of(damaged);
    EXPECT_THROW(BoostedModel::load(path), FileError) << "byte " << at;
  }
  std::string damaged = bytes;
  damaged[bytes.size() / 2] ^= 1;
  EXPECT_EQ(refused(damaged),
            "m.json: the model was changed after it was written: its checksum does not fit. Hint: copy the file again, "
            "or train again.");
}

TEST(ModelFile, DamageUnderAGoodChecksumIsRefused) {
  struct Damage {
    std::function<void(Json&)> edit;
    std::string message;
  };
  const auto tree = [](Json& j) -> Json& { return j["body"]["trees"][0]; };
  const auto groups = [](Json& j) -> Json& {
    const Json none = Json::array({{{"feature", 1}, {"lowest_codes", Json::array()}}});
    j["body"] = {
        {"initial_score", j["body"]["initial_score"]}, {"category_groups", none}, {"trees", j["body"]["trees"]}};
    return j["body"]["category_groups"][0]["lowest_codes"];
  };
  const Damage damages[] = {
      {[&](Json& j) { tree(j)["left"][0] = 4; }, "body.trees[0].left[0] is 4, outside [-1, 3]."},
      {[&](Json& j) { tree(j)["left"][0] = -7; }, "body.trees[0].left[0] is -7, outside [-1, 3]."},
      {[&](Json& j) { tree(j)["left"][2] = 1; }, "body.trees[0].left[2] is not a child of its own."},
      {[&](Json& j) { tree(j)["left"][2] = 2; }, "body.trees[0].left[2] is not a child of its own."},
      {[&](Json& j) { tree(j)["left"][0] = 3; }, "body.trees[0].left[2] is not a child of its own."},
      {[&](Json& j) { tree(j)["left"][0] = 2; }, "body.trees[0].left leaves node 1 without a parent."},
      {[&](Json& j) { tree(j)["left"][1] = 3; }, "body.trees[0].left[1] gives children to a leaf."},
      {[&](Json& j) { tree(j)["left"][2] = 2.5; }, "body.trees[0].left[2] is not a whole number."},
      {[&](Json& j) { tree(j)["feature"][2] = 2; }, "body.trees[0].feature[2] is 2, outside [-1, 1]."},
      {[&](Json& j) { tree(j)["feature"][2] = 18446744073709551615u; },
       "body.trees[0].feature[2] is not a whole number."},
      {[&](Json& j) { tree(j)["feature"][2] = 1; }, "body.trees[0].feature[2] is split against its kind."},
      {[&](Json& j) { tree(j)["feature"][0] = 0; },
       "body.trees[0].left_categories.0 is a split of numbers, which has no categories."},
      {[&](Json& j) { tree(j)["feature"].push_back(-1); },
       "body.trees[0].feature does not have an odd number of nodes."},
      {[&](Json& j) { tree(j)["feature"] = Json::array(); },
       "body.trees[0].feature does not have an odd number of nodes."},
      {[&](Json& j) { tree(j)["value"].push_back(0); }, "body.trees[0].value has 6 entries for 5 nodes."},
      {[&](Json& j) { tree(j)["gain"].erase(0); }, "body.trees[0].gain has 4 entries for 5 nodes."},
      {[&](Json& j) { tree(j)["threshold"][2] = nullptr; }, "body.trees[0].threshold[2] is not a finite number."},
      {[&](Json& j) { tree(j)["value"][1] = "1"; }, "body.trees[0].value[1] is not a finite number."},
      {[&](Json& j) { tree(j)["missing_left"][1] = 2; }, "body.trees[0].missing_left[1] is 2, outside [0, 1]."},
      {[&](Json& j) { tree(j)["rows"][1] = -1; }, "body.trees[0].rows[1] is -1, outside [0, 9007199254740992]."},
      {[&](Json& j) { tree(j)["output"] = 1; }, "body.trees[0].output is 1, outside [0, 0]."},
      {[&](Json& j) { tree(j)["left_categories"]["0"] = {3}; },
       "body.trees[0].left_categories.0[0] is 3, outside [0, 2]."},
      {[&](Json& j) {
         tree(j)["left_categories"]["0"] = {1, 0};
       },
       "body.trees[0].left_categories.0 is not ascending."},
      {[&](Json& j) {
         groups(j) = {0, 0};
       },
       "body.category_groups[0].lowest_codes has 2 entries for 3 categories."},
      {[&](Json& j) {
         groups(j) = {0, 0, 1};
       },
       "body.category_groups[0].lowest_codes[2] is 1, which is not the lowest of a group."},
      {[&](Json& j) {
         groups(j) = {0, 2, 2};
       },
       "body.category_groups[0].lowest_codes[1] is 2, which is not the lowest of a group."},
      {[&](Json& j) {
         groups(j) = {0, -2, 2};
       },
       "body.category_groups[0].lowest_codes[1] is -2, outside [-1, 2]."},
      {[&](Json& j) {
         groups(j) = {0, 1, 0};
       },
       "body.trees[0].left_categories.0[0] is 2, which stands for no group."},
      {[&](Json& j) {
         groups(j) = {0, 1, 2}, j["body"]["category_groups"].push_back(j["body"]["category_groups"][0]);
       },
       "body.category_groups[1].feature has its groups twice."},
      {[&](Json& j) { groups(j) = Json::array(), j["body"]["category_groups"][0]["feature"] = 2; },
       "body.category_groups[0].feature is 2, outside [0, 1]."},
      {[&](Json& j) {
         groups(j) = {0, 1, 2};
         for (int i = 0; i < 300; ++i) {
           j["columns"][1]["categories"].push_back(fmt::format("d{:03}", i));
           j["body"]["category_groups"][0]["lowest_codes"].push_back(3 + i);
         }
       },
       "body.category_groups gives feature 1 303 groups, more than 256."},
      {[&](Json& j) { tree(j)["left_categories"].erase("0"); }, "body.trees[0].feature[0] is split against its kind."},
      {[&](Json& j) { tree(j)["left_categories"]["2"] = {0}; },
       "body.trees[0].left_categories.2 is a split of numbers, which has no categories."},
      {[&](Json& j) { tree(j)["left_categories"]["1"] = {0}; },
       "body.trees[0].left_categories.1 is a leaf, which has no categories."},
      {[&](Json& j) { tree(j).erase("cover"); }, "body.trees[0] has \"rows\" where its member \"cover\" belongs."},
      {[&](Json& j) { j["body"]["trees"][1] = 5; }, "body.trees[1] is not an object."},
      {[&](Json& j) { tree(j)["note"] = 5; }, "body.trees[0] has an unknown member \"note\"."},
      {[&](Json& j) { tree(j)["left_categories"]["5"] = {0}; },
       "body.trees[0].left_categories.5 is not the number of a node."},
      {[&](Json& j) { tree(j)["left_categories"]["00"] = {0}; },
       "body.trees[0].left_categories.00 is not the number of a node."},
      {[&](Json& j) { j["body"]["trees"] = Json::array(); }, "body.trees is empty."},
      {[&](Json& j) { j["body"]["trees"] = 5; }, "body.trees is not a list."},
      {[&](Json& j) {
         j["body"]["initial_score"] = {1, 2};
       },
       "body.initial_score does not have one entry an output."},
      {[&](Json& j) { j["body"]["initial_score"][0] = nullptr; }, "body.initial_score[0] is not a finite number."},
      {[&](Json& j) { j.erase("body"); }, "the document has \"sha256\" where its member \"body\" belongs."},
      {[&](Json& j) { j["columns"][1]["name"] = "x0"; }, "columns has a name twice."},
      {[&](Json& j) { j["columns"][0].erase("name"); }, "columns[0] has no member \"name\"."},
      {[&](Json& j) {
         j["columns"][1]["categories"] = {"b", "a", "c"};
       },
       "columns[1] has categories out of order."},
      {[&](Json& j) {
         j["columns"][1]["categories"] = {"a", "a", "c"};
       },
       "columns[1] has a name twice."},
      {[&](Json& j) { j["columns"][1]["categories"][1] = 7; }, "columns[1].categories[1] is not a text."},
      {[&](Json& j) { j["loss"]["name"] = "hinged"; },
       "loss is not known here (loss: no loss \"hinged\". Did you mean \"hinge\"? Losses: " + listing(loss::names()) +
           ".)."},
      {[&](Json& j) { j["loss"]["name"] = "logistic"; }, "loss.classes does not fit the loss."},
      {[&](Json& j) { j["loss"]["classes"] = -1; }, "loss.classes is -1, outside [0, 1048576]."},
      {[&](Json& j) { j["link"] = "sigmoid"; }, "link does not belong to the loss."},
      {[&](Json& j) {
         j["classes"] = {"a", "b"};
       },
       "classes does not fit the loss."},
      {[&](Json& j) {
         j["classes"] = {"a", "a"};
       },
       "classes has a name twice."},
      {[&](Json& j) { j["label"] = 3; }, "label is not a text."},
      {[&](Json& j) { j["config"]["rounds"] = "0"; },
       "config is out of range (BoostingConfig.rounds is 0; it must be in [1, 1000000].)."},
      {[&](Json& j) { j["config"]["rounds"] = 2; }, "config.rounds is not a text."},
      {[&](Json& j) { j["config"].erase("l1"); }, "config has \"l2\" where its member \"l1\" belongs."},
      {[&](Json& j) { j["schema"] = 0; }, "schema is 0, outside [1, 2147483647]."},
      {[&](Json& j) { j["model"] = "linear"; }, "holds a linear model, not a boosted one."},
      {[&](Json& j) { j.erase("model"); }, "the document has \"columns\" where its member \"model\" belongs."},
  };
  const std::string bytes = bytes_of(small_model());
  ASSERT_EQ(sealed(opened(bytes)), bytes);
  const Json whole = Json::parse(opened(bytes));
  ASSERT_EQ(whole["body"]["trees"][0]["feature"], Json({1, -1, 0, -1, -1}));
  ASSERT_EQ(whole["body"]["trees"][0]["left"], Json({1, -1, 3, -1, -1}));
  for (const Damage& damage : damages) {
    Json document = whole;
    damage.edit(document);
    const std::string message = refused(sealed(document.dump()));
    EXPECT_TRUE(message.starts_with(std::string("m.json: ") + damage.message)) << message << "\n" << damage.message;
  }
}

TEST(ModelFile, FieldsOfGroupsStandThereUnlessTheyHaveTheirDefaults) {
  const BoostedModel plain = small_model();
  const std::string bytes = bytes_of(plain);
  EXPECT_EQ(bytes.find("constraints"), bytes.npos);
  Json document = Json::parse(opened(bytes));
  document["config"]["constraints.monotone"] = "x0=-1,x1=0";
  const std::string grouped = sealed(document.dump());
  const BoostedModel loaded = BoostedModel::from_string(grouped);
  ASSERT_EQ(loaded.config().constraints.monotone.size(), 2u);
  EXPECT_EQ(loaded.config().constraints.monotone[0].feature, "x0");
  EXPECT_EQ(loaded.config().constraints.monotone[0].value, -1);
  EXPECT_EQ(loaded.to_string(), grouped);
  EXPECT_TRUE(BoostedModel::from_string(bytes).config().constraints.monotone.empty());
  const auto with = [&](Json value) {
    document["config"]["constraints.monotone"] = std::move(value);
    return refused(sealed(document.dump()));
  };
  EXPECT_EQ(with("x7=1"),
            "m.json: config does not fit the columns (BoostingConfig.constraints.monotone: the data has no feature "
            "\"x7\". Did you mean \"x0\"? Features: x0, x1.).");
  EXPECT_EQ(with("x0=2"),
            "m.json: config is out of range (BoostingConfig.constraints.monotone: feature \"x0\" has 2; it must be -1, "
            "0 or 1.).");
  EXPECT_EQ(with(1), "m.json: config.constraints.monotone is not a text.");
  document["config"].erase("constraints.monotone");
  document["config"]["constraints.other"] = "1";
  EXPECT_EQ(refused(sealed(document.dump())), "m.json: config has an unknown member \"constraints.other\".");
}

// The same of what schema 2 brought: tests/golden/models/boosted_vectors.json, with one thing changed.
TEST(ModelFile, DamageToLeavesOfSeveralValuesIsRefused) {
  struct Damage {
    std::function<void(Json&)> edit;
    std::string message;
  };
  const auto tree = [](Json& j) -> Json& { return j["body"]["trees"][0]; };
  const Damage damages[] = {
      {[&](Json& j) { tree(j)["output"] = -2; }, "body.trees[0].output is -2, outside [-1, 0]."},
      {[&](Json& j) { tree(j)["output"] = 1; }, "body.trees[0].output is 1, outside [-1, 0]."},
      {[&](Json& j) { tree(j)["output"] = 0; }, "body.trees[0] has \"values\" where its member \"value\" belongs."},
      {[&](Json& j) { j["body"]["trees"][1]["output"] = 0; }, "body.trees[1].output is 0, outside [-1, -1]."},
      {[&](Json& j) { tree(j)["values"].push_back(0); },
       "body.trees[0].values has 13 entries for 4 leaves and 3 outputs."},
      {[&](Json& j) { tree(j)["values"] = Json::array(); },
       "body.trees[0].values has 0 entries for 4 leaves and 3 outputs."},
      {[&](Json& j) { tree(j)["values"][2] = "nan"; }, "body.trees[0].values[2] is not a finite number."},
      {[&](Json& j) { tree(j)["left"][2] = -1; }, "body.trees[0].left[2] is not a child of its own."},
      {[&](Json& j) {
         tree(j)["zero_missing"] = {0, 7};
       },
       "body.trees[0].zero_missing[1] is 7, outside [1, 6]."},
      {[&](Json& j) {
         tree(j)["zero_missing"] = {2, 0};
       },
       "body.trees[0].zero_missing[1] is 0, outside [3, 6]."},
      {[&](Json& j) {
         tree(j)["zero_missing"] = {2, 2};
       },
       "body.trees[0].zero_missing[1] is 2, outside [3, 6]."},
      {[&](Json& j) { tree(j)["zero_missing"] = {1}; }, "body.trees[0].zero_missing[0] is no split of numbers."},
      {[&](Json& j) { tree(j)["zero_missing"] = {3}; }, "body.trees[0].zero_missing[0] is no split of numbers."},
      {[&](Json& j) { tree(j)["zero_missing"] = 0; }, "body.trees[0].zero_missing is not a list."},
      {[&](Json& j) { j["loss"]["link_only"]["outputs"] = 2; }, "loss.classes does not fit the loss."},
      {[&](Json& j) { j["loss"]["link_only"]["outputs"] = 0; }, "loss.link_only.outputs is 0, outside [1, 1048576]."},
      {[&](Json& j) { j["loss"]["link_only"]["link"] = "cauchit"; },
       "loss.link_only.link is \"cauchit\", which is not known here."},
      {[&](Json& j) { j["loss"]["link_only"]["link"] = "exp"; }, "link does not belong to the loss."},
      {[&](Json& j) { j["loss"]["name"] = "softmax"; },
       "loss is not known here (a loss known by its link alone: its name is \"softmax\", but it must be UTF-8 text "
       "that "
       "is not empty, and no loss of this library.)."},
      {[&](Json& j) { j["loss"]["link_only"]["outputs"] = 1; }, "loss.classes does not fit the loss."},
      {[&](Json& j) {
         Json with_config = Json::object();
         for (const auto& [name, value] : j.items()) {
           if (name == "body") with_config["config"] = Json::object();
           with_config[name] = value;
         }
         j = with_config;
       },
       "the document has \"config\" where its member \"body\" belongs."},
  };
  std::ifstream file(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_vectors.json", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Json whole = Json::parse(opened(text));
  ASSERT_EQ(BoostedModel::from_string(sealed(whole.dump())).rounds(), 2);
  for (const Damage& damage : damages) {
    Json document = whole;
    damage.edit(document);
    EXPECT_EQ(refused(sealed(document.dump())), "m.json: " + damage.message);
  }
}

// The same of what schema 3 brought.
TEST(ModelFile, DamageToSlopesIsRefused) {
  struct Damage {
    std::function<void(Json&)> edit;
    std::string message;
  };
  std::vector<double> values, label;
  std::vector<std::int32_t> codes;
  for (int row = 0; row < 60; ++row) {
    values.push_back(row);
    codes.push_back(row % 2);
    label.push_back(row < 30 ? row : 100 - 2 * row);
  }
  const Dataset data = Dataset::from_named({{"c", Tensor::copy_of(std::span(codes), {60}), true, {"a", "b"}},
                                            {"x", Tensor::copy_of(std::span(values), {60})},
                                            {"y", Tensor::copy_of(std::span(values), {60})}},
                                           Tensor::copy_of(std::span(label), {60}));
  const BoostedModel model =
      fit_boosted(data, {.rounds = 1, .max_leaves = 2, .min_rows_in_leaf = 5, .linear_leaves = {.enabled = true}});
  const Json whole = Json::parse(opened(bytes_of(model)));
  EXPECT_EQ(whole["schema"], 3);
  EXPECT_EQ(Json::parse(opened(bytes_of(small_model())))["schema"], 2);
  EXPECT_EQ(whole["body"]["trees"][0]["leaf_terms"]["leaf"], Json({0, 1}));
  EXPECT_EQ(whole["body"]["trees"][0]["leaf_terms"]["feature"], Json({1, 1}));
  ASSERT_EQ(dump(BoostedModel::from_string(sealed(whole.dump())).trees()), dump(model.trees()));
  const auto terms = [](Json& j) -> Json& { return j["body"]["trees"][0]["leaf_terms"]; };
  const Damage damages[] = {
      {[&](Json& j) { terms(j) = 1; }, " is not an object."},
      {[&](Json& j) { terms(j)["leaf"] = Json::array(); }, ".leaf is empty."},
      {[&](Json& j) {
         terms(j)["leaf"] = {1, 0};
       },
       ".leaf[1] is 0, outside [1, 1]."},
      {[&](Json& j) { terms(j)["leaf"][1] = 2; }, ".leaf[1] is 2, outside [0, 1]."},
      {[&](Json& j) { terms(j)["leaf"][0] = -1; }, ".leaf[0] is -1, outside [0, 1]."},
      {[&](Json& j) { terms(j)["leaf"].push_back(1); }, ".feature has 2 entries for 3 terms."},
      {[&](Json& j) { terms(j)["feature"][0] = 3; }, ".feature[0] is 3, outside [0, 2]."},
      {[&](Json& j) { terms(j)["feature"][1] = 0; }, ".feature[1] is a feature of categories."},
      {[&](Json& j) { terms(j)["leaf"][1] = 0; }, ".feature[1] is not ascending in its leaf."},
      {[&](Json& j) { terms(j)["slope"].push_back(1); }, ".slope[2] is one more than there are terms."},
      {[&](Json& j) { terms(j)["slope"][1] = "nan"; }, ".slope[1] is not a finite number."},
      {[&](Json& j) { terms(j)["centre"].erase(0); }, ".centre has 1 entries for 2 terms."},
      {[&](Json& j) { terms(j)["low"][1] = 99; }, ".low[1] is above the centre."},
      {[&](Json& j) { terms(j)["high"][0] = -1; }, ".high[0] is below the centre."},
      {[&](Json& j) { terms(j).erase("high"); }, " has no member \"high\"."},
      {[&](Json& j) { terms(j)["more"] = 1; }, " has an unknown member \"more\"."},
      {[&](Json& j) { terms(j).erase("leaf"); }, " has \"feature\" where its member \"leaf\" belongs."},
  };
  for (const Damage& damage : damages) {
    Json document = whole;
    damage.edit(document);
    EXPECT_EQ(refused(sealed(document.dump())), "m.json: body.trees[0].leaf_terms" + damage.message);
  }
}

TEST(ModelFile, SlopesOfTreesThatAddToAllScoresAreRefused) {
  std::ifstream file(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_vectors.json", std::ios::binary);
  Json document = Json::parse(opened(std::string(std::istreambuf_iterator<char>(file), {})));
  document["body"]["trees"][0]["leaf_terms"] = Json::object();
  EXPECT_EQ(refused(sealed(document.dump())), "m.json: body.trees[0] has an unknown member \"leaf_terms\".");
}

TEST(ModelFile, ASplitHasNoValue) {
  Json document = Json::parse(opened(bytes_of(small_model())));
  document["body"]["trees"][0]["value"][2] = 0.5;
  EXPECT_EQ(refused(sealed(document.dump())),
            "m.json: body.trees[0].value[2] is the value of a split, which has none.");
}

TEST(ModelFile, AModelWithoutAConfigurationIsOneOfAnotherLibrary) {
  Json document = Json::parse(opened(bytes_of(small_model())));
  document.erase("config");
  const std::string text = sealed(document.dump());
  const BoostedModel model = BoostedModel::from_string(text);
  EXPECT_TRUE(small_model().has_config());
  EXPECT_FALSE(model.has_config());
  EXPECT_EQ(model.loss().name(), "squared");
  EXPECT_EQ(bytes_of(model), text);
}

TEST(ModelFile, OneOutputHasNoTreesForAll) {
  Json document = Json::parse(opened(bytes_of(small_model())));
  document["body"]["trees"][0]["output"] = -1;
  EXPECT_EQ(refused(sealed(document.dump())), "m.json: body.trees[0].output is -1, outside [0, 0].");
}

// What a program that reads the models of others makes, and may have made wrong.
TEST(ModelFile, StatesMadeByHandAreCheckedAsFilesAre) {
  Random random(1);
  const hand_made::Options options{
      .outputs = 3, .add_to_all = true, .rounds = 3, .categories = {0}, .loss = loss::softmax({.classes = 3})};
  using State = BoostedModel::State;
  State good = hand_made::random_state(random, options);
  while (good.trees[0].nodes.size() < 5) good = hand_made::random_state(random, options);
  good.warnings = {"a remark"};
  const auto loaded = as_loaded("x.json", good);
  EXPECT_EQ(dump(loaded->trees), dump(good.trees));
  EXPECT_EQ(loaded->warnings, good.warnings);
  State shuffled = good;  // leaves may have any numbers, if all have their own
  for (TreeNode& node : shuffled.trees[0].nodes)
    if (node.feature < 0) node.leaf = good.trees[0].leaves() - 1 - node.leaf;
  const auto renumbered = as_loaded("x.json", shuffled);
  EXPECT_EQ(renumbered->trees[0].nodes.back().leaf, good.trees[0].leaves() - 1);
  EXPECT_EQ(renumbered->trees[0].leaf_values[0], good.trees[0].leaf_values[good.trees[0].leaf_values.size() - 3]);
  const auto what = [&](const std::function<void(State&)>& edit) -> std::string {
    State bad = good;
    edit(bad);
    try {
      as_loaded("x.json", bad);
    } catch (const Error& error) {
      return error.what();
    }
    return "it loads";
  };
  EXPECT_EQ(what([](State& s) { s.groups.clear(); }),
            "x.json: 1 features have 1 kinds, 1 lists of categories and 0 of groups.");
  EXPECT_EQ(what([](State& s) { s.trees[0].nodes[0].right = 3; }),
            "x.json: tree 0: children 1 and 3 of a split do not lie side by side.");
  EXPECT_EQ(what([](State& s) {
              s.trees[1].output = 0;
              s.trees[1].leaf_values.resize(static_cast<std::size_t>(s.trees[1].leaves()));
            }),
            "x.json: body.trees[1].output is 0, outside [-1, -1].");
  EXPECT_EQ(what([](State& s) { s.trees[0].nodes.back().leaf = 99; }),
            "Tree::values: the node is no leaf of this tree.");
  EXPECT_EQ(what([](State& s) { s.trees[0].leaf_values.pop_back(); }),
            "Tree::values: the node is no leaf of this tree.");
  EXPECT_EQ(what([](State& s) { s.trees[0].nodes[0].threshold = missing_value; }),
            "x.json: body.trees[0].threshold[0] is not a finite number.");
  EXPECT_EQ(what([](State& s) { s.trees[0].nodes[0].feature = 1; }),
            "x.json: body.trees[0].feature[0] is 1, outside [-1, 0].");
  EXPECT_EQ(what([](State& s) { s.initial_score.pop_back(); }),
            "x.json: body.initial_score does not have one entry an output.");
  EXPECT_EQ(what([](State& s) { s.classes.pop_back(); }), "x.json: classes does not fit the loss.");
  EXPECT_EQ(what([](State& s) { s.trees.clear(); }), "x.json: body.trees is empty.");
}

// The text, with what stands before a place put there once more.
std::string doubled(const std::string& text, std::string_view part) {
  std::string twice = text;
  return twice.insert(twice.find(part), part);
}

TEST(ModelFile, MembersAreSingle) {
  const std::string text = opened(bytes_of(small_model()));
  EXPECT_EQ(refused(sealed(doubled(text, ",\"label\":\"\""))), "m.json: the document has the member \"label\" twice.");
  EXPECT_EQ(refused(sealed(doubled(text, "\"output\":0,"))), "m.json: body.trees[0] has the member \"output\" twice.");
  EXPECT_EQ(refused(sealed(doubled(text, ",\"l1\":\"0\""))), "m.json: config has the member \"l1\" twice.");
  std::string twice = text;
  twice.insert(twice.find("\"0\":[2]"), "\"0\":[2],");
  EXPECT_EQ(refused(sealed(twice)), "m.json: body.trees[0].left_categories.0 is there twice.");
}

TEST(ModelFile, StreamsAndStringsHaveTheSameText) {
  const BoostedModel model = small_model();
  const std::string text = bytes_of(model);
  EXPECT_EQ(model.to_string(), text);
  EXPECT_EQ(BoostedModel::from_string(text).to_string(), text);
  std::stringstream stream;
  model.save(stream);
  quantile_model().save(stream);
  EXPECT_TRUE(stream.str().starts_with(text));
  EXPECT_EQ(BoostedModel::load(stream).to_string(), text);
  EXPECT_EQ(BoostedModel::load(stream).loss().name(), "quantile");
  EXPECT_EQ(refusal<FileError>([&] { BoostedModel::load(stream); }),
            "the stream: not a Linden model. Hint: models are written by save() and by linden train --out.");
  stream.setstate(std::ios::failbit);
  EXPECT_EQ(refusal<FileError>([&] { BoostedModel::load(stream); }), "load: the stream is not good for reading.");
  EXPECT_EQ(refusal<FileError>([&] { model.save(stream); }), "cannot write the model: the stream has failed.");
}

TEST(ModelFile, AStreamThatFailsIsNoticed) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  for (const bool throws : {false, true}) {
    std::ofstream full("/dev/full");
    if (throws) full.exceptions(std::ios::badbit | std::ios::failbit);
    EXPECT_EQ(refusal<FileError>([&] { small_model().save(full); }), "cannot write the model: the stream has failed.");
  }
}

TEST(ModelFile, ANewerSchemaIsRefusedWithTheVersions) {
  Json document = Json::parse(opened(bytes_of(small_model())));
  document["schema"] = 5;
  document["library"] = "9.8.7";
  EXPECT_EQ(
      refused(sealed(document.dump())),
      fmt::format("m.json: written in schema 5 by Linden 9.8.7; this one ({}) reads up to schema 4. Hint: upgrade "
                  "Linden.",
                  version()));
}

TEST(ModelFile, NumbersBeyondRangeAndBrokenJsonAreRefused) {
  const std::string text = opened(bytes_of(small_model()));
  std::string huge = text;
  const std::size_t at = huge.find("\"initial_score\":[") + 17;
  huge.replace(at, huge.find(']', at) - at, "1e999");
  EXPECT_EQ(refused(sealed(huge)), "m.json: body.initial_score[0] is not a finite number.");
  EXPECT_EQ(refused(sealed("{\"format\":\"linden model\",}")),
            "m.json: the model is not JSON as save() writes it, at byte 25.");
  std::string deep = "{\"format\":\"linden model\",\"schema\":" + std::string(100'000, '[') + "}";
  EXPECT_EQ(refused(sealed(deep)), "m.json: schema is not a whole number.");
}

TEST(ModelFile, OtherFilesAreRefused) {
  EXPECT_EQ(refused(""), "m.json: not a Linden model. Hint: models are written by save() and by linden train --out.");
  EXPECT_EQ(refused("{\"trees\": []}"),
            "m.json: not a Linden model. Hint: models are written by save() and by linden train --out.");
  EXPECT_EQ(refusal<FileError>([] { BoostedModel::load("/no/such/file.json"); }),
            "load(\"/no/such/file.json\"): cannot open the file: No such file or directory.");
}

// Nothing but these files in the folder, with these bytes.
void expect_folder(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) found.push_back(entry.path().filename());
  std::ranges::sort(found);
  EXPECT_EQ(found, names);
}

TEST(ModelFile, WhatCannotBeWrittenLeavesNothingBehind) {
  const BoostedModel model = small_model();
  const std::filesystem::path folder = scratch() / "unwritable";
  std::filesystem::create_directories(folder / "m.json");
  const auto refused_save = [&](const std::filesystem::path& path) {
    return refusal<FileError>([&] { model.save(path); });
  };
  EXPECT_EQ(refused_save(folder / "m.json"),
            fmt::format("cannot write \"{}\": Is a directory.", (folder / "m.json").string()));
  expect_folder(folder, {"m.json"});
  EXPECT_EQ(refused_save(folder / "none" / "m.json"),
            fmt::format("cannot write \"{}\": No such file or directory.", (folder / "none" / "m.json").string()));
  expect_folder(folder, {"m.json"});
}

TEST(ModelFile, AnExistingFileIsReplacedWhole) {
  const std::filesystem::path folder = scratch() / "replaced";
  std::filesystem::create_directories(folder);
  write_file(folder / "m.json", "something else");
  small_model().save(folder / "m.json");
  EXPECT_EQ(read_file(folder / "m.json"), bytes_of(small_model()));
  expect_folder(folder, {"m.json"});
}

TEST(ModelFile, ALinkIsWrittenThrough) {
  const std::filesystem::path folder = scratch() / "linked";
  std::filesystem::create_directories(folder);
  write_file(folder / "target.json", "old");
  std::filesystem::create_symlink("target.json", folder / "m.json");
  small_model().save(folder / "m.json");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "m.json"));
  EXPECT_EQ(read_file(folder / "target.json"), bytes_of(small_model()));
  expect_folder(folder, {"m.json", "target.json"});
}

// Through a link, so that a library which replaces devices by files does no harm to the machine's own.
TEST(ModelFile, ADeviceIsWrittenAndNotReplaced) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const std::filesystem::path folder = scratch() / "device";
  std::filesystem::create_directories(folder);
  std::filesystem::create_symlink("/dev/full", folder / "m.json");
  EXPECT_EQ(refusal<FileError>([&] { small_model().save(folder / "m.json"); }),
            fmt::format("cannot write \"{}\": No space left on device.", (folder / "m.json").string()));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "m.json"));
  expect_folder(folder, {"m.json"});
}

}  // namespace
}  // namespace linden
