// Custom losses as JSON: the same numbers after a round trip, and nothing damaged is read.
#include "loss/program_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <linden/error.hpp>
#include <linden/ops.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/file/model_text.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Loss& loss) {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; });
  write_loss(json, loss);
  json.flush();
  return text;
}

Json json_of(const Loss& loss) { return Json::parse(text_of(loss)); }

Loss read(const Json& loss) {
  const std::string text = "{\"loss\":" + loss.dump() + "}";
  JsonReader json(source_of_text(text).bytes, "m.json");
  json.open_object();
  return read_loss(json["loss"]);
}

std::string refused(const Json& json) {
  return refusal<FileError>([&] { read(json); });
}

Loss simple() {
  return loss::custom("mine", [](const Tensor& s, const Tensor& y) { return square(sigmoid(s) - y) * 1.5; },
                      {.link = Link::sigmoid, .curvature = Curvature::gauss_newton});
}

Loss large() {
  return loss::custom("large",
                      [](const Tensor& s, const Tensor& y) {
                        const Tensor chosen = gather(s, 1, cast(y, DType::i64));
                        return where(y > 1, logsumexp(s, 1) - chosen,
                                     pow(softplus(sum(s, 1)), 1.7) - minimum(chosen, 1e300)) +
                               maximum(lgamma(exp(s.select(1, 0))), -0.0);
                      },
                      {.link = Link::softmax, .outputs = 3, .curvature = Curvature::absolute});
}

Loss by_row() {
  return loss::custom("by row",
                      [](const Tensor& s, const Tensor& y, std::span<const Tensor> p) { return p[0] * square(s - y); },
                      {.parameters = {Tensor::ones({3})}});
}

Loss tape() {
  return loss::custom("tape", [](const Tensor& s, const Tensor&) { return max(s, 1); }, {.outputs = 600});
}

TEST(ProgramJson, AProgramReadsAsItIsWritten) {
  EXPECT_EQ(
      text_of(simple()),
      "{\"name\":\"mine\",\"classes\":2,\"custom\":{\"outputs\":1,\"link\":\"sigmoid\",\"labels\":\"classes\","
      "\"curvature\":\"gauss_newton\",\"program\":{\"parameters\":0,\"constants\":[1.5],\"steps\":[[\"sigmoid\",3,"
      "0,\"link\"],[\"sub\",4,3,1],[\"square\",5,4],[\"mul\",6,5,2]],\"result\":6}}}");
}

TEST(ProgramJson, LossesComeBackWithTheirNumbers) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  for (const Loss& loss : {simple(), large()}) {
    const Json json = json_of(loss);
    const Loss back = read(json);
    EXPECT_EQ(json_of(back), json);
    EXPECT_EQ(back.name(), loss.name());
    EXPECT_EQ(back.link(), loss.link());
    EXPECT_EQ(back.label_kind(), loss.label_kind());
    EXPECT_EQ(back.classes(), loss.classes());
    EXPECT_EQ(back.definition().spec.curvature, loss.definition().spec.curvature);
    const auto outputs = static_cast<std::size_t>(loss.outputs());
    std::vector<double> s(outputs), g(outputs), h(outputs), back_g(outputs), back_h(outputs);
    for (int i = 0; i < 100; ++i) {
      for (double& x : s) x = normal(random);
      const double label = i % loss.classes();
      EXPECT_EQ(back.evaluate(s, label, back_g, back_h), loss.evaluate(s, label, g, h));
      EXPECT_EQ(back_g, g);
      EXPECT_EQ(back_h, h);
    }
    check_trainable("fit_boosted", back, 100);
  }
}

TEST(ProgramJson, ConstantsOfEveryKindComeBack) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Loss loss = loss::custom("mine", [](const Tensor& s, const Tensor& y) {
    return where(y < 0, s * infinity, where(y > 5, s / -infinity, maximum(s, std::nan("")))) * 0.1 + 5e-324 * s +
           s * -0.0;
  });
  const Json json = json_of(loss);
  EXPECT_EQ(json["custom"]["program"]["constants"].dump(), "[-0.0,5e-324,0.0,\"inf\",5.0,\"-inf\",\"nan\",0.1]");
  const RowProgram& a = *loss.definition().spec.program;
  const Loss back = read(json);
  for (std::int32_t i = 0; i < a.constants; ++i) {
    const double want = a.constant[i], got = back.definition().spec.program->constant[i];
    EXPECT_TRUE(std::isnan(want) ? std::isnan(got) : want == got && std::signbit(want) == std::signbit(got)) << i;
  }
}

TEST(ProgramJson, WithoutItsFunctionALossTrainsOnlyWhereTheProgramIsAll) {
  const std::string message =
      "\" was read from a file, and training needs its function. Hint: make it anew with loss::custom.";
  const Loss rows = read(json_of(by_row())), taped = read(json_of(tape()));
  EXPECT_EQ(refusal<ArgumentError>([&] { check_trainable("fit_boosted", rows, 3); }),
            "fit_boosted: loss \"by row" + message);
  EXPECT_EQ(refusal<ArgumentError>([&] { check_trainable("fit_boosted", taped, 3); }),
            "fit_boosted: loss \"tape" + message);
  const double one[] = {1.0};
  EXPECT_EQ(refusal<ArgumentError>([&] { rows.evaluate(one, 0); }),
            "Loss::evaluate: by row reads parameters by row, so one row has no loss of its own.");
  EXPECT_EQ(refusal<ArgumentError>([&] { taped.evaluate(std::vector<double>(600), 0); }),
            "Loss::evaluate: tape was read from a file without its function, so one row has no loss of its own.");
}

TEST(ProgramJson, DamageIsRefusedWithItsPlace) {
  struct Damage {
    std::function<void(Json& custom, Json& program)> edit;
    const char* message;
  };
  const Damage damages[] = {
      {[](Json&, Json& p) { p["steps"][1][0] = "subtract"; },
       ".program.steps[1][0] is \"subtract\", an operation that this version does not know."},
      {[](Json&, Json& p) { p["steps"][1][2] = 4; }, ".program.steps[1][2] is 4, outside [0, 3]."},
      {[](Json&, Json& p) { p["steps"][1][3] = -1; }, ".program.steps[1][3] is -1, outside [0, 3]."},
      {[](Json&, Json& p) { p["steps"][1][1] = 5; }, ".program.steps[1][1] is 5, outside [4, 4]."},
      {[](Json&, Json& p) { p["steps"][1].push_back(0); }, ".program.steps[1][4] is one entry too many."},
      {[](Json&, Json& p) { p["steps"][1].erase(3); }, ".program.steps[1] has only 3 entries."},
      {[](Json&, Json& p) { p["steps"][1] = 3; }, ".program.steps[1] is not a list."},
      {[](Json&, Json& p) { p["steps"][1][0] = 3; }, ".program.steps[1][0] is not a text."},
      {[](Json&, Json& p) {
         p["steps"][1] = Json{"logsumexp", 4, 2, 3};
       },
       ".program.steps[1][3] is 3, outside [1, 2]."},
      {[](Json&, Json& p) {
         p["steps"][1] = Json{"pick", 4, 0, 5, 1};
       },
       ".program.steps[1][3] is 5, outside [1, 4]."},
      {[](Json&, Json& p) { p["result"] = 7; }, ".program.result is 7, outside [0, 6]."},
      {[](Json&, Json& p) { p["constants"][0] = "many"; }, ".program.constants[0] is no number."},
      {[](Json&, Json& p) { p["constants"][0] = nullptr; }, ".program.constants[0] is not a finite number."},
      {[](Json&, Json& p) { p["constants"] = std::vector<int>(65, 1); },
       ".program.constants[64] is one entry too many."},
      {[](Json&, Json& p) {
         p["steps"] = Json::array();
         for (int i = 0; i < 257; ++i) p["steps"].push_back(Json{"neg", 3 + i, 0});
       },
       ".program.steps[256] is one entry too many."},
      {[](Json&, Json& p) { p["parameters"] = 513; }, ".program.parameters is 513, outside [0, 512]."},
      {[](Json&, Json& p) {
         p["parameters"] = 512;
         p["steps"] = Json::array();
       },
       ".program.constants needs too many registers."},
      {[](Json&, Json& p) {
         p["parameters"] = 0;
         p["constants"] = Json::array();
         p["steps"] = Json::array();
         for (int i = 0; i < 200; ++i) p["steps"].push_back(Json{"logsumexp", 2 + 3 * i, 0, 1});
       },
       ".program.steps[170] needs too many registers."},
      {[](Json& c, Json&) { c["link"] = "softmax"; }, ".link is softmax, with 1 output(s)."},
      {[](Json& c, Json&) { c["outputs"] = 0; }, ".outputs is 0, outside [1, 1048576]."},
      {[](Json& c, Json&) { c["link"] = "logit"; }, ".link is \"logit\", which is not known here."},
      {[](Json& c, Json&) { c["labels"] = "any"; }, ".labels is \"any\", which is not known here."},
      {[](Json& c, Json&) { c["curvature"] = "none"; }, ".curvature is \"none\", which is not known here."},
      {[](Json& c, Json&) { c.erase("curvature"); }, " has \"program\" where its member \"curvature\" belongs."},
  };
  const Json whole = json_of(simple());
  for (const Damage& damage : damages) {
    Json json = whole, program = whole["custom"]["program"];
    damage.edit(json["custom"], program);
    json["custom"]["program"] = program;
    EXPECT_EQ(refused(json), std::string("m.json: loss.custom") + damage.message);
  }
  Json named = whole;
  named["name"] = "logistic";
  EXPECT_EQ(refused(named), "m.json: loss.name is \"logistic\", which no custom loss is called.");
  named["name"] = "";
  EXPECT_EQ(refused(named), "m.json: loss.name is \"\", which no custom loss is called.");
  named = whole;
  named["classes"] = 3;
  EXPECT_EQ(refused(named), "m.json: loss.classes does not fit the loss.");
  named = whole;
  named["parameters"] = {{"gamma", 2}};
  EXPECT_EQ(refused(named), "m.json: loss has an unknown member \"parameters\".");
}

/// A random place of the document, given a random value.
void damage(Json& json, std::mt19937_64& random) {
  Json* place = &json;
  while (place->is_structured() && !place->empty() && random() % 8 != 0) {
    auto child = place->begin();
    std::advance(child, static_cast<std::ptrdiff_t>(random() % place->size()));
    place = &*child;
  }
  const Json values[] = {
      0,    1,     2,      -1,      3,      511,         512,   100000, 1.5, 1e308,         nullptr,
      true, "inf", "link", "where", "pick", "logsumexp", "mul", "exp",  "",  Json::array(), Json::object()};
  if (place->is_array() && random() % 2 == 0)
    place->push_back(values[random() % std::size(values)]);
  else if (place->is_array() && !place->empty() && random() % 2 == 0)
    place->erase(random() % place->size());
  else if (place->is_number_integer() && random() % 2 == 0)
    *place = place->get<std::int64_t>() + static_cast<std::int64_t>(random() % 7) - 3;
  else
    *place = values[random() % std::size(values)];
}

TEST(ProgramJson, RandomDamageIsRefusedOrHarmless) {
  std::mt19937_64 random(11);
  int refusals = 0, harmless = 0;
  for (const Loss& loss : {simple(), large(), by_row()}) {
    const Json whole = json_of(loss);
    for (int i = 0; i < 1500; ++i) {
      Json json = whole;
      for (std::uint64_t n = 1 + random() % 3; n > 0; --n) damage(json, random);
      try {
        const Loss back = read(json);
        ++harmless;
        if (back.outputs() == 0 || back.outputs() > 512) continue;
        std::vector<double> s(static_cast<std::size_t>(back.outputs()), 0.3), g(s), h(s);
        if (back.definition().custom && back.definition().custom->program.parameters == 0 &&
            back.definition().custom->obstacle.empty())
          (void)back.evaluate(s, 1, g, h);
        back.predict(s);
      } catch (const FileError& error) {
        ++refusals;
        EXPECT_TRUE(std::string(error.what()).starts_with("m.json: loss")) << error.what();
      }
    }
  }
  EXPECT_GT(refusals, 2000);
  EXPECT_GT(harmless, 200);
}

}  // namespace
}  // namespace linden
