// The model file of linear models: equal bytes after a round trip, and nothing damaged is ever loaded.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <linden/ops.hpp>
#include <linden/version.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/fail.hpp"
#include "linear/hand_made.hpp"
#include "loss/loss_references.hpp"
#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

class LinearModelFile : public testing::Test {
 protected:
  LinearModelFile() {
    path = std::filesystem::path(testing::TempDir()) / ("linden_linear_" + std::to_string(::getpid()) + ".json");
  }
  ~LinearModelFile() override { std::filesystem::remove(path); }

  std::string bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string bytes_of(const LinearModel& model) const {
    model.save(path);
    return bytes();
  }
  /// What load says about this text, without the path.
  std::string refused(const std::string& text) const {
    std::ofstream(path, std::ios::binary) << text;
    std::string message = refusal<FileError>([&] { LinearModel::load(path); });
    for (std::size_t at; (at = message.find(path.string())) != std::string::npos;)
      message.replace(at, path.string().size(), "m.json");
    return message;
  }

  std::filesystem::path path;
};

TEST_F(LinearModelFile, IsTheEnvelopeWithWeightsAndCertificate) {
  const std::string text = bytes_of(hand_made());
  EXPECT_EQ(opened(text),
            "{\"format\":\"linden model\",\"schema\":2,\"library\":\"" + std::string(version()) +
                "\",\"model\":\"linear\",\"columns\":[{\"name\":\"x\"},{\"name\":\"y\"}],\"label\":\"z\","
                "\"classes\":[],\"loss\":{\"name\":\"squared\",\"classes\":0},\"link\":\"identity\","
                "\"config\":{\"loss\":\"squared\",\"l1\":\"0\",\"l2\":\"0.25\",\"intercept\":\"true\","
                "\"standardize\":\"true\",\"solver\":\"automatic\",\"tolerance\":\"1e-08\",\"max_iterations\":\"0\"},"
                "\"body\":{\"intercept\":[0.3333333333333333],\"weights\":[2.0,-0.5],"
                "\"certificate\":{\"status\":\"converged\",\"objective\":0.125,\"gap\":2.5e-17,\"gap_kind\":\"bound\","
                "\"tolerance\":1e-08,\"relative_gap\":2e-16,\"kkt_distance\":1e-12,\"rank\":3,\"condition\":31.25,"
                "\"iterations\":7,\"solver\":\"newton_cholesky\",\"why\":\"few features\",\"constant_columns\":[],"
                "\"collinear_columns\":[],\"separating_columns\":[]}}}");
  EXPECT_EQ(sealed(opened(text)), text);
}

TEST_F(LinearModelFile, AnEstimatedGapKeepsItsSource) {
  const std::string source = "half the squared Newton decrement, by products of the tape";
  const LinearModel model = changed(hand_made(), [&](auto& s) {
    s.certificate.gap_kind = GapKind::estimate;
    s.certificate.gap_source = source;
  });
  const std::string text = bytes_of(model), member = ",\"gap_source\":\"" + source + "\"";
  const LinearModel loaded = LinearModel::load(path);
  EXPECT_EQ(loaded.certificate().gap_source, source);
  EXPECT_EQ(loaded.to_string(), text);
  std::string old = opened(text);  // earlier files have no such member
  ASSERT_NE(old.find(member), std::string::npos);
  old.erase(old.find(member), member.size());
  EXPECT_EQ(LinearModel::from_string(sealed(old)).certificate().gap_source, "");
  EXPECT_EQ(LinearModel::from_string(sealed(old)).certificate().gap_kind, GapKind::estimate);
  const std::string kind = "\"gap_kind\":\"bound\"";
  std::string bound = opened(hand_made().to_string());
  bound.insert(bound.find(kind) + kind.size(), member);
  EXPECT_EQ(refused(sealed(bound)),
            "m.json: body.certificate has \"gap_source\" where its member \"tolerance\" belongs.");
}

TEST_F(LinearModelFile, ASavedModelLoadsAndSavesTheSameBytes) {
  const auto own = [](const Tensor& score, const Tensor& y) { return square(score - y) + 0.1 * abs(score); };
  const LinearModel models[] = {hand_made(),
                                hand_made(2),
                                changed(hand_made(), [](auto& s) { s.config.loss = loss::huber({.delta = 0.3}); }),
                                changed(hand_made(), [&](auto& s) { s.config.loss = loss::custom("own", own); }),
                                changed(hand_made(),
                                        [](auto& s) {
                                          s.weights = {-0.0, 1.7976931348623157e308};
                                          s.config.solver = Solver::lbfgs;
                                          s.certificate.status = FitStatus::separable;
                                          s.certificate.gap = s.certificate.relative_gap =
                                              std::numeric_limits<double>::infinity();
                                          s.certificate.separating_columns = {"y"};
                                        }),
                                changed(hand_made(), [](auto& s) {
                                  s.feature_names.clear();
                                  s.weights.clear();
                                  s.certificate.rank = 1;
                                })};
  for (const LinearModel& model : models) {
    const std::string first = bytes_of(model);
    const LinearModel read = LinearModel::load(path);
    EXPECT_EQ(bytes_of(read), first);
    EXPECT_EQ(read.weights(), model.weights());
    EXPECT_EQ(read.intercept(), model.intercept());
    EXPECT_EQ(read.feature_names(), model.feature_names());
    EXPECT_EQ(read.classes(), model.classes());
    EXPECT_EQ(read.label_name(), "z");
    EXPECT_EQ(read.loss().name(), model.loss().name());
    EXPECT_EQ(read.loss().parameters(), model.loss().parameters());
    EXPECT_EQ(read.config().l2, 0.25);
    EXPECT_EQ(read.config().solver, model.config().solver);
    EXPECT_EQ(read.certificate().status, model.certificate().status);
    EXPECT_EQ(read.certificate().seconds, 0);
  }
}

TEST_F(LinearModelFile, ItTellsNothingOfThreadsOrTimes) {
  const std::string text = bytes_of(hand_made());
  for (const char* word : {"thread", "device", "path", "second"}) EXPECT_EQ(text.find(word), std::string::npos) << word;
}

TEST_F(LinearModelFile, StreamsAndStringsHaveTheSameText) {
  const LinearModel model = hand_made(2);
  const std::string text = bytes_of(model);
  EXPECT_EQ(model.to_string(), text);
  EXPECT_EQ(LinearModel::from_string(text).to_string(), text);
  std::stringstream stream;
  model.save(stream);
  EXPECT_EQ(stream.str(), text);
  hand_made().save(stream);
  EXPECT_EQ(LinearModel::load(stream).to_string(), text);
  EXPECT_EQ(LinearModel::load(stream).outputs(), 1);
  EXPECT_EQ(refusal<FileError>([&] { LinearModel::load(stream); }),
            "the stream: not a Linden model. Hint: models are written by save() and by linden train --out.");
}

TEST_F(LinearModelFile, TheOtherFamilyIsRefused) {
  hand_made().save(path);
  EXPECT_EQ(refusal<FileError>([&] { BoostedModel::load(path); }),
            path.string() + ": holds a linear model, not a boosted one.");
  Json document = Json::parse(opened(bytes()));
  document["model"] = "boosted";
  EXPECT_EQ(refused(sealed(document.dump())), "m.json: holds a boosted model, not a linear one.");
  document["model"] = "forest";
  EXPECT_EQ(refusal<FileError>([&] { model_from_string(sealed(document.dump())); }),
            "the text: model is \"forest\", a family of models that is not known here.");
}

TEST_F(LinearModelFile, TruncationsAndFlippedBitsAreRefused) {
  const std::string text = bytes_of(hand_made());
  for (std::size_t size = 0; size + 1 < text.size(); size += 7) {  // without its last line end it is whole
    std::ofstream(path, std::ios::binary) << text.substr(0, size);
    EXPECT_THROW(LinearModel::load(path), FileError) << size;
  }
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_THROW(LinearModel::load(path), FileError) << at;
  }
}

TEST_F(LinearModelFile, DamageUnderAGoodChecksumIsRefused) {
  struct Damage {
    std::function<void(Json&)> edit;
    std::string message;
  };
  const auto certificate = [](Json& j) -> Json& { return j["body"]["certificate"]; };
  const Damage damages[] = {
      {[](Json& j) { j["body"]["weights"].push_back(1); }, "body.weights has 3 entries for 1 output(s) of 2 features."},
      {[](Json& j) { j["body"]["weights"][1] = nullptr; }, "body.weights[1] is not a finite number."},
      {[](Json& j) { j["body"]["weights"][0] = "2"; }, "body.weights[0] is not a finite number."},
      {[](Json& j) { j["body"].erase("weights"); }, "body has \"certificate\" where its member \"weights\" belongs."},
      {[](Json& j) { j["body"]["weights"] = 2; }, "body.weights is not a list."},
      {[](Json& j) { j["body"]["intercept"].push_back(1); }, "body.intercept does not have one entry an output."},
      {[](Json& j) { j["body"]["intercept"] = Json::array(); }, "body.intercept does not have one entry an output."},
      {[](Json& j) { j["body"]["intercept"][0] = "nan"; }, "body.intercept[0] is not a finite number."},
      {[](Json& j) { j["body"].erase("certificate"); }, "body has no member \"certificate\"."},
      {[&](Json& j) { certificate(j)["status"] = "perfect"; },
       "body.certificate.status is \"perfect\", which is not known here."},
      {[&](Json& j) { certificate(j)["gap_kind"] = 1; }, "body.certificate.gap_kind is not a text."},
      {[&](Json& j) { certificate(j)["gap_kind"] = "guess"; },
       "body.certificate.gap_kind is \"guess\", which is not known here."},
      {[&](Json& j) { certificate(j)["solver"] = "automatic"; },
       "body.certificate.solver is \"automatic\", which is not known here."},
      {[&](Json& j) { certificate(j)["gap"] = -1e-9; }, "body.certificate.gap is -1e-09, below 0."},
      {[&](Json& j) { certificate(j)["gap"] = "nan"; }, "body.certificate.gap is nan, below 0."},
      {[&](Json& j) { certificate(j)["gap"] = "small"; }, "body.certificate.gap is no number."},
      {[&](Json& j) { certificate(j)["relative_gap"] = nullptr; },
       "body.certificate.relative_gap is not a finite number."},
      {[&](Json& j) { certificate(j)["tolerance"] = 1; }, "body.certificate.tolerance is 1, outside (0, 1)."},
      {[&](Json& j) { certificate(j)["rank"] = 4; }, "body.certificate.rank is 4, outside [0, 3]."},
      {[&](Json& j) { certificate(j)["condition"] = -1; }, "body.certificate.condition is -1, below 0."},
      {[&](Json& j) { certificate(j)["iterations"] = -1; },
       "body.certificate.iterations is -1, outside [0, 2147483647]."},
      {[&](Json& j) { certificate(j)["why"] = nullptr; }, "body.certificate.why is not a text."},
      {[&](Json& j) { certificate(j)["collinear_columns"].push_back("q"); },
       "body.certificate.collinear_columns[0] is none of the model's columns."},
      {[&](Json& j) { certificate(j).erase("kkt_distance"); },
       "body.certificate has \"rank\" where its member \"kkt_distance\" belongs."},
      {[](Json& j) { j["body"]["weight"] = 1; }, "body has an unknown member \"weight\"."},
      {[](Json& j) { j["columns"][1]["unit"] = "m"; }, "columns[1] has an unknown member \"unit\"."},
      {[](Json& j) { j["config"]["l3"] = "1"; }, "config has an unknown member \"l3\"."},
      {[](Json& j) { j["note"] = "mine"; }, "the document has an unknown member \"note\"."},
      {[](Json& j) { j["columns"][1]["categories"] = {"a"}; },
       "columns[1] has categories, and there is no recipe for columns."},
      {[](Json& j) { j["config"]["l1"] = "-1"; }, "config is out of range (LinearConfig.l1 is -1; it must be >= 0.)."},
      {[](Json& j) { j["config"]["loss"] = "poisson"; }, "config.loss is poisson, but the model's is squared."},
      {[](Json& j) { j["config"].erase("tolerance"); },
       "config has \"max_iterations\" where its member \"tolerance\" belongs."},
      {[](Json& j) {
         j["config"]["l1"] = "1";
         j["config"]["solver"] = "qr";
       },
       "config is out of range (LinearConfig.solver is qr, which does not take l1, and l1 is 1. Hint: "
       "coordinate_descent or lbfgs, or leave the choice to automatic.)."},
      {[](Json& j) { j["loss"]["name"] = "absolute"; }, "config.loss is squared, but the model's is absolute."},
      {[](Json& j) {
         j["loss"]["name"] = j["config"]["loss"] = "absolute";
         j["config"]["solver"] = "lbfgs";
       },
       "config is out of range (LinearConfig.solver is lbfgs, which needs curvature, and absolute has none. Hint: "
       "interior_point, or leave the choice to automatic.)."},
  };
  const Json whole = Json::parse(opened(bytes_of(hand_made())));
  for (const Damage& damage : damages) {
    Json document = whole;
    damage.edit(document);
    EXPECT_EQ(refused(sealed(document.dump())), std::string("m.json: ") + damage.message);
  }
}

TEST_F(LinearModelFile, NamesThatAreNotUtf8AreRefused) {
  const LinearModel model = changed(hand_made(), [](auto& s) { s.feature_names[0] = "caf\xe9"; });
  EXPECT_EQ(refusal<FileError>([&] { model.save(path); }),
            "cannot write \"" + path.string() +
                "\": a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.");
}

}  // namespace
}  // namespace linden
