// Certificates in words and as JSON.
#include "linear/certificate.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "linear/hand_made.hpp"
#include "model/file/model_text.hpp"

namespace linden {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Certificate& certificate) {
  std::ostringstream out;
  out << certificate;
  return out.str();
}

TEST(Certificate, IsAFewLines) {
  Certificate c = hand_made().certificate();
  EXPECT_EQ(text(c),
            "status      converged\n"
            "objective   0.125\n"
            "gap         2.5e-17 (bound; relative 2e-16, asked for 1e-08)\n"
            "kkt         1e-12\n"
            "rank        3 of 3, condition 31.2\n"
            "solver      newton_cholesky, 7 iterations: few features\n"
            "seconds     0.012\n");
  c.status = FitStatus::collinear;
  c.gap_kind = GapKind::estimate;
  c.constant_columns = {"one"};
  c.collinear_columns = {"b", "c"};
  c.condition.reset();
  c.iterations = 1;
  c.why.clear();
  c.seconds = 0;
  EXPECT_EQ(text(c),
            "status      collinear\n"
            "objective   0.125\n"
            "gap         2.5e-17 (estimate; relative 2e-16, asked for 1e-08)\n"
            "kkt         1e-12\n"
            "rank        3 of 6\n"
            "solver      newton_cholesky, 1 iteration\n"
            "constant    one\n"
            "collinear   b, c\n");
}

TEST(Certificate, LongListsAreCut) {
  Certificate c = hand_made().certificate();
  c.status = FitStatus::separable;
  c.rank.reset();
  for (int i = 0; i < 40; ++i) c.separating_columns.push_back("x" + std::to_string(i));
  EXPECT_NE(text(c).find("\nseparating  x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, ... (40 in all)\n"),
            std::string::npos)
      << text(c);
  EXPECT_EQ(text(c).find("rank"), std::string::npos);
  EXPECT_NE(text(c).find("\ncondition   31.2\n"), std::string::npos) << text(c);
}

TEST(Certificate, NamesSayWhatItIs) {
  EXPECT_STREQ(name_of(FitStatus::converged), "converged");
  EXPECT_STREQ(name_of(FitStatus::collinear), "collinear");
  EXPECT_STREQ(name_of(FitStatus::separable), "separable");
  EXPECT_STREQ(name_of(FitStatus::iteration_limit), "iteration_limit");
  EXPECT_STREQ(name_of(FitStatus::stalled), "stalled");
  EXPECT_STREQ(name_of(GapKind::bound), "bound");
  EXPECT_STREQ(name_of(GapKind::estimate), "estimate");
}

TEST(Certificate, IsOptimalWhereTheGapIsSmallEnough) {
  const auto optimal = [](FitStatus status) {
    Certificate c;
    c.status = status;
    return c.is_optimal();
  };
  EXPECT_TRUE(optimal(FitStatus::converged));
  EXPECT_TRUE(optimal(FitStatus::collinear));
  EXPECT_FALSE(optimal(FitStatus::separable));
  EXPECT_FALSE(optimal(FitStatus::iteration_limit));
  EXPECT_FALSE(optimal(FitStatus::stalled));
}

TEST(Certificate, IsOneJsonObject) {
  Certificate c = hand_made().certificate();
  const std::string rest =
      "\"tolerance\":1e-08,\"relative_gap\":2e-16,\"kkt_distance\":1e-12,\"rank\":3,\"condition\":31.25,"
      "\"iterations\":7,\"solver\":\"newton_cholesky\",\"why\":\"few features\",\"constant_columns\":[],"
      "\"collinear_columns\":[],\"separating_columns\":[]";
  EXPECT_EQ(to_json(c), "{\"status\":\"converged\",\"objective\":0.125,\"gap\":2.5e-17,\"gap_kind\":\"bound\"," + rest +
                            ",\"seconds\":0.0123}");
  EXPECT_EQ(to_json(c, false),
            "{\"status\":\"converged\",\"objective\":0.125,\"gap\":2.5e-17,\"gap_kind\":\"bound\"," + rest + "}");
  c.gap = std::numeric_limits<double>::infinity();
  c.rank.reset();
  c.condition.reset();
  c.collinear_columns = {"a \"b\"", "caf\xe9"};
  const Json json = Json::parse(to_json(c));
  EXPECT_EQ(json["gap"], "inf");
  EXPECT_TRUE(json["rank"].is_null() && json["condition"].is_null());
  EXPECT_EQ(json["collinear_columns"][0], "a \"b\"");
  EXPECT_EQ(json["collinear_columns"][1], "caf\xef\xbf\xbd");
}

TEST(Certificate, JsonReadsBack) {
  Certificate c = hand_made().certificate();
  c.status = FitStatus::separable;
  c.gap_kind = GapKind::estimate;
  c.gap = c.relative_gap = std::numeric_limits<double>::infinity();
  c.solver = Solver::coordinate_descent;
  c.separating_columns = {"y", "x"};
  const std::vector<std::string> features{"x", "y"};
  const std::string written = to_json(c, false);
  JsonReader json(source_of_text(written).bytes, "m.json");
  const Certificate read = read_certificate(json, features);
  EXPECT_EQ(to_json(read, false), written);
  EXPECT_EQ(read.gap, c.gap);
  EXPECT_EQ(read.seconds, 0);
}

}  // namespace
}  // namespace linden
