// What a path says of itself: points as models, tables and lines.
#include <linden/linear_path.hpp>

#include <gtest/gtest.h>

#include <sstream>

#include "refusal.hpp"

namespace linden {
namespace {

const Dataset& data() {
  static const Dataset rows =
      Dataset::from_rows({1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1}, 3, {.label = {5, 2, -1, 0.5}});
  return rows;
}

LinearPath path() {
  return fit_path(data(), {.loss = loss::squared(), .tolerance = 1e-14}, {.strengths = {2, 1, 0.5}});
}

TEST(LinearPath, APointIsAModel) {
  const LinearPath fits = path();
  const LinearModel model = fits.model(1);
  EXPECT_EQ(model.config().l1, 1);
  EXPECT_EQ(model.config().l2, 0);
  EXPECT_NEAR(model.weight(0), 1.875 - 1, 1e-14);
  EXPECT_EQ(model.weight(1), 0);
  EXPECT_EQ(model.certificate().objective, fits[1].certificate.objective);
  const Tensor predicted = model.predict(data());
  EXPECT_NEAR(predicted.span<const double>()[0], 1.625 + 0.875 + model.weight(2), 1e-13);
  EXPECT_EQ(LinearModel::from_string(model.to_string()).weights(), model.weights());
  EXPECT_EQ(refusal<ArgumentError>([&] { fits.model(3); }), "LinearPath::model: there is no point 3; the path has 3.");
}

TEST(LinearPath, TheNearestStrengthIsThatByItsLogarithm) {
  EXPECT_EQ(path().nearest(1.5), 0u);
  EXPECT_EQ(path().nearest(1.3), 1u);
  EXPECT_EQ(path().nearest(1e-9), 2u);
  EXPECT_EQ(refusal<ArgumentError>([] { LinearPath().nearest(1); }),
            "LinearPath::nearest: the path is empty. Hint: fit_path makes one.");
}

TEST(LinearPath, WeightsAndPointsAreTables) {
  const std::string weights = path().weights_csv();
  EXPECT_TRUE(weights.starts_with("strength,output,feature,weight\n2,,(Intercept),1.625\n1,,(Intercept),1.625\n1,,f0,"))
      << weights;
  const std::string points = path().points_csv();
  EXPECT_TRUE(points.starts_with(
      "strength,l1,l2,nonzero,df,deviance,deviance_explained,log_likelihood,objective,gap,status\n2,2,0,0,1,"))
      << points;
  std::ostringstream lines;
  lines << path();
  EXPECT_TRUE(
      lines.str().starts_with("    strength  columns        df  explained      objective       gap  status\n"
                              "           2        0         1   0.000000 "))
      << lines.str();
}

}  // namespace
}  // namespace linden
