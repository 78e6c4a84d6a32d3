// Tables that R, Stata and statsmodels print of the data in shared/models/glm_golden, to their printed digits. Figures
// are those of statsmodels' test results (82c59e378b), which has them from R 2.x to 4.x and Stata 9 to 14.
//
// Stata has columns in single precision (a logarithm, grades), which shows in the seventh digit.
//
// Left out, and why:
//   GaussianLog, GaussianInverse          their rows are drawn by numpy
//   igaussident_resids, medparlogresids   residuals are compared with closed forms in row_statistics_test.cpp
//   spector probit: errors                Stata's are of the observed information, R's and these of the expected one
//   Committee, Wfs                        their data is not in the folder
//   Cpunish_offset                        the table of Cpunish with another intercept
//   Lbw, Cpunish: residuals               row statistics are compared with closed forms in row_statistics_test.cpp
//   gee_*, epil                           generalised estimating equations
//   glmnet/*.rda                          data without results
//   glum/*.json                           their rows are drawn by numpy, or fetched from OpenML and cut by its scripts
//   NB with geometric, generalised and zero-inflated or truncated counts   no such losses
//   negbin robust and clustered           Stata's are of the dispersion, too
//   pweight tables                        the figures of robust errors with aweight
//   mnlogit margins, elasticities         effects are of losses of one score, and in units of the prediction
//   mn_logit_summary                      the table of anes96 with fewer digits
//   nbinom_resids, sm3533, mnlogit_resid, poisson_resid   of other data, or the prediction rounded, which is compared
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <linden/statistics.hpp>
#include <optional>
#include <sstream>

#include "statistics/golden_data.hpp"

namespace linden {
namespace {

struct GoldenTable {
  const char* name;
  Dataset (*data)();
  Loss loss;
  bool intercept = true;
  StatisticsOptions options = {};
  double within = 1e-6;                   ///< relative, of estimates and errors, beside their printed digits
  double error_scale = 1;                 ///< what the other program multiplies errors by and this one does not
  std::vector<double> estimates, errors;  ///< as coefficients stand: the intercept first
  struct {
    double deviance = 0, null_deviance = 0, log_likelihood = 0, aic = 0, dispersion = 0;
  } of_fit = {};
  std::optional<Link> link = {};
};

StatisticsOptions precisions(Covariance covariance = Covariance::classical, NumberList clusters = {}) {
  StatisticsOptions options;
  options.covariance = covariance;
  options.clusters = std::move(clusters);
  options.weights = WeightMeaning::precisions;
  return options;
}
StatisticsOptions robust(Covariance covariance, NumberList clusters = {}) {
  StatisticsOptions options = precisions(covariance, std::move(clusters));
  options.weights = WeightMeaning::copies;
  return options;
}
/// Rows 1 to 17 over 2.
std::vector<double> pairs() { return {0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8}; }

std::vector<GoldenTable> tables() {
  // Stata's robust errors of generalised linear models take n / (n - 1) and G / (G - 1) for small samples, where
  // Covariance::hc1 and clustered have the degrees of freedom, too, as its regress.
  const double no_df_of_17 = std::sqrt(10.0 / 17), hc_of_17 = no_df_of_17 * std::sqrt(17.0 / 16);
  const double clu_of_17 = std::sqrt(10.0 / 16), hc_of_33 = std::sqrt(26.0 / 33) * std::sqrt(33.0 / 32);
  const double clu_of_33 = std::sqrt(26.0 / 32), hc_of_34 = std::sqrt(31.0 / 34) * std::sqrt(34.0 / 33);
  const double clu_of_34 = std::sqrt(31.0 / 33);
  const std::vector<double> executed{-6.8014789919532, 0.00026110166569, 0.07781804809828, -0.09493110013466,
                                     0.29693462055586, 2.3011832004524,  -18.722067603077};
  const std::vector<double> executed_weighted{-6.5630017977416, 0.00025343868829, 0.09081422305585, -0.09416451429381,
                                              0.27652273809506, 2.239890838384,   -18.842583191417};
  const std::vector<double> executed_squares{-68.484290889814, 0.00177624355887, 0.70240571372092, -0.76566360596606,
                                             5.7915855647065,  13.018291494864,  -140.99921608421};
  const std::vector<double> accidents{-6.974712802772, 0.30633819450439, 0.35592229608495};
  std::vector<GoldenTable> all;
  all.push_back({"longley (R lm)",
                 golden::longley,
                 loss::squared(),
                 true,
                 {},
                 1e-8,
                 1,
                 {-3482258.63, 15.0618723, -0.0358191793, -2.0202298, -1.03322687, -0.0511041057, 1829.15146},
                 {890420.384, 84.9149258, 0.0334910078, 0.488399682, 0.214274163, 0.2260732, 455.478499},
                 {836424.0555058046, 185008826, -109.61743480847952, 235.23486961695903, 92936.00616731163}});
  all.push_back(
      {"star98 (R glm, binomial counts)",
       golden::star98,
       loss::cross_entropy(),
       true,
       precisions(),
       1e-6,
       1,
       {2.9588779262,  -0.0168150366, 0.0099254766,  -0.0187242148, -0.0142385609, 0.254487173,   0.2406936644,
        0.0804086739,  -1.9521605027, -0.3340864748, -0.1690221685, 0.0049167021,  -0.0035799644, -0.0140765648,
        -0.0040049918, -0.0039063958, 0.0917143006,  0.0489898381,  0.0080407389,  0.0002220095,  -0.0022492486},
       {1.546712,     0.0004339467, 0.0006013714, 0.0007435499, 0.0004338655, 0.02994576,   0.05713824,
        0.01392359,   0.3168109,    0.06126411,   0.03270139,   0.001253877,  0.0002254633, 0.001904573,
        0.0004739838, 0.000962365,  0.01450923,   0.007451666,  0.001499497,  2.988794e-05, 0.0003489838},
       {4078.76541772, 34345.3688931, -2998.61255899391, 6039.22511799, 1}});
  all.push_back(
      {"lbw (R glm, binomial)",
       golden::low_birth_weight,
       loss::logistic(),
       true,
       {},
       1e-6,
       1,
       {0.46122388, -0.02710031, -0.01515082, 1.26264728, 0.86207916, 0.92334482, 0.54183656, 1.8325178, 0.75851348},
       {1.204574885, 0.036449917, 0.006925765, 0.526405169, 0.439146744, 0.400820976, 0.346246857, 0.691623875,
        0.459373871},
       {201.4479911325021, 234.671996193219, -100.7239955662511, 219.447991133, 1}});
  all.push_back({"cancer (R glm, gamma with log)",
                 golden::cancer,
                 loss::gamma(),
                 true,
                 {},
                 4e-5,
                 1,
                 {4.64604002, -0.04477778, 0.57437126, 1.05210726},
                 {0.83534671, 0.0147328, 0.19694727, 0.19772507},
                 // R's AIC; statsmodels' log-likelihood takes another dispersion.
                 {16.174635536991005, 27.92207137420696, 0, 331.8902239537207, 0.31805268736385695}});
  all.push_back({"cancer, weighted (R glm, gamma)",
                 golden::cancer_weighted,
                 loss::gamma(),
                 true,
                 precisions(),
                 1e-6,
                 1,
                 {4.31712226928112, -0.038835175525200764, 0.5409740498916832, 1.0560051456310013},
                 {0.8069303537842738, 0.013827354415809252, 0.18432033392178893, 0.18638491744911254},
                 {28.440959, 0, -301.601118, 0, 0}});
  all.push_back({"cpunish (R glm, poisson)",
                 golden::executions,
                 loss::poisson(),
                 true,
                 {},
                 1e-6,
                 1,
                 {-6.80148, 0.0002611017, 0.07781801, -0.09493111, 0.2969349, 2.301183, -18.72207},
                 {4.14685, 5.187132e-05, 0.07940193, 0.02291926, 0.4375164, 0.4283826, 4.283961},
                 {18.591641759528944, 136.57281747225, -31.92732869482515, 77.8546573896503, 1}});
  all.push_back({"cpunish (Stata glm, vce(robust))",
                 golden::executions,
                 loss::poisson(),
                 true,
                 robust(Covariance::hc1),
                 2e-6,
                 hc_of_17,
                 executed,
                 {3.48445447794, 3.534474167e-05, 0.09819599835909, 0.01944446025221, 0.34917491559373,
                  0.45717041903387, 4.5006120067298},
                 {18.59164098607571, 0, -31.92732830809848, 0, 0}});
  all.push_back({"cpunish (Stata glm, vce(cluster))",
                 golden::executions,
                 loss::poisson(),
                 true,
                 robust(Covariance::clustered, pairs()),
                 2e-6,
                 clu_of_17,
                 executed,
                 {3.1571598785659, 4.098448535e-05, 0.11602998752167, 0.02432927475974, 0.31774950884716,
                  0.54874508731474, 2.8106198749749}});
  all.push_back({"cpunish (Stata glm, fweight)",
                 golden::executions_weighted,
                 loss::poisson(),
                 true,
                 {},
                 2e-6,
                 1,
                 executed_weighted,
                 {3.2352486362722, 4.015414514e-05, 0.06472607217881, 0.01795769655821, 0.38626128010796,
                  0.36339399714255, 3.736940161486},
                 {23.34969514421719, 0, -52.96941847346162, 0, 0}});
  all.push_back({"cpunish (Stata glm, aweight)",
                 golden::executions_analytic,
                 loss::poisson(),
                 true,
                 precisions(),
                 2e-6,
                 1,
                 executed_weighted,
                 {4.5075460479893, 5.594520811e-05, 0.09018031800722, 0.02501975991718, 0.53816281293549,
                  0.50630271729905, 5.2065333302747},
                 {12.02863083186947, 0, -27.28727618329841, 0, 0}});
  all.push_back({"cpunish (Stata glm, fweight, vce(robust))",
                 golden::executions_weighted,
                 loss::poisson(),
                 true,
                 robust(Covariance::hc1),
                 2e-6,
                 hc_of_33,
                 executed_weighted,
                 {3.0810023455152, 2.63369674e-05, 0.07431850776812, 0.01609416304158, 0.34481886883624,
                  0.39682271484988, 4.1473740870735}});
  all.push_back({"cpunish (Stata glm, fweight, vce(cluster))",
                 golden::executions_weighted,
                 loss::poisson(),
                 true,
                 robust(Covariance::clustered, pairs()),
                 2e-6,
                 clu_of_33,
                 executed_weighted,
                 {3.1938260811459, 2.93670276e-05, 0.09800194027664, 0.02511206083893, 0.36749499886987,
                  0.51564197481271, 3.2292740757113}});
  all.push_back({"cpunish (Stata regress, aweight, vce(robust))",
                 golden::executions_analytic,
                 loss::squared(),
                 true,
                 precisions(Covariance::hc1),
                 1e-6,
                 1,
                 executed_squares,
                 {50.764306481463, 0.00100571734546, 0.54986275700055, 0.46482124106144, 5.8518623033717,
                  7.3741002410906, 84.973820309491}});
  all.push_back({"cpunish (Stata regress, aweight, vce(cluster))",
                 golden::executions_analytic,
                 loss::squared(),
                 true,
                 precisions(Covariance::clustered, pairs()),
                 1e-6,
                 1,
                 executed_squares,
                 {50.203382265366, 0.00103574504038, 0.64463869959516, 0.50850811868177, 6.2948340440059,
                  7.9526248350517, 84.897180497105}});
  all.push_back({"cpunish (Stata regress, fweight, vce(cluster))",
                 golden::executions_weighted,
                 loss::squared(),
                 true,
                 robust(Covariance::clustered, pairs()),
                 1e-6,
                 1,
                 executed_squares,
                 {44.031279012175, 0.00090840849363, 0.56538554103558, 0.44599112337258, 5.5209346785031,
                  6.9749133861223, 74.459752971542}});
  StatisticsOptions quasi;
  quasi.dispersion = Dispersion::pearson;
  all.push_back({"cpunish (R glm, tweedie of power 1)",
                 golden::executions_of_two,
                 loss::poisson(),
                 false,
                 quasi,
                 1e-6,
                 1,
                 {1.65700638623525e-05, 1.54257997850499},
                 {1.81044999017907e-05, 0.725739640176733},
                 {95.0325613464258, 0, 0, 0, 0}});
  all.push_back({"fair (R glm, tweedie of power 1.5)",
                 golden::affairs_of_three,
                 loss::tweedie(),
                 false,
                 {},
                 4e-5,
                 1,
                 {-0.389168171340452, 0.0670222370664611, -0.0970852004566712},
                 {0.0323435784513691, 0.0063805300018014, 0.00893580175352525},
                 {20741.82, 0, 0, 0, 0}});
  all.push_back({"fair, weighted (R glm, tweedie of power 1.55)",
                 golden::affairs_weighted,
                 loss::tweedie({.variance_power = 1.55}),
                 true,
                 precisions(),
                 1e-6,
                 1,
                 {0.7469933128363734, -0.03159216533481838, -0.021959412079720488},
                 {0.2543836851403609, 0.011629899831763366, 0.011034604276375997},
                 {45399.238887, 0, 0, 0, 0}});
  all.push_back({"spector (Stata logit)",
                 golden::spector,
                 loss::logistic(),
                 true,
                 {},
                 1e-6,
                 1,
                 {-13.0213483201, 2.82611297201, 0.0951576702557, 2.37868772835},
                 {4.93132462871, 1.26294114526, 0.141554207662, 1.06456430165},
                 {0, 0, -12.8896334653335, 33.779266930667, 1}});
  all.push_back({"randhie (Stata poisson)",
                 golden::visits,
                 loss::poisson(),
                 true,
                 {},
                 1e-7,
                 1,
                 {0.700352877227, -0.052535114675, -0.247086797633, 0.035290201794, -0.03457750643, 0.271713973711,
                  0.033941474461, -0.012635035534, 0.054056326828, 0.206115121809},
                 {0.01116266712362, 0.00288398915279, 0.01061725196728, 0.00182833684966, 0.00161284852954,
                  0.01223913844387, 0.00056476496963, 0.00925061122826, 0.01530987068312, 0.02627928267502},
                 {0, 0, -62419.588535018, 124859.17707, 1}});
  all.push_back(
      {"anes96 (Stata mlogit)",
       golden::parties,
       loss::softmax(),
       true,
       {},
       1e-6,
       1,
       {-0.37340167, -0.01153598, 0.29771435, -0.024945,   0.08249144, 0.00519655,  -2.2509132, -0.08875065,
        0.39166864,  -0.02289784, 0.18104276, 0.04787398,  -3.6655835, -0.1059667,  0.57345051, -0.01485121,
        -0.00715242, 0.05757516,  -7.6138431, -0.0915567,  1.2787718,  -0.00868135, 0.19982796, 0.08449838,
        -7.0604782,  -0.0932846,  1.3469616,  -0.01790407, 0.21693885, 0.08095841,  -12.105751, -0.14088069,
        2.0700801,   -0.00943265, 0.3219257,  0.10889408},
       {0.6298376313, 0.0342823657, 0.093626795,  0.0065248584, 0.0735865799, 0.0176336937, 0.7631899491, 0.0391615553,
        0.1082386919, 0.0079144618, 0.0852893563, 0.0222809297, 1.156541492,  0.0570382292, 0.1585481337, 0.0113313133,
        0.1262913234, 0.0336142088, 0.9575809602, 0.0437902764, 0.1288965854, 0.0084187486, 0.0941250559, 0.0261963632,
        0.8443638283, 0.0393516553, 0.1171860107, 0.0076110152, 0.0850070091, 0.0229760791, 1.059954821,  0.042138047,
        0.1434089089, 0.0081338625, 0.0910979921, 0.025300888},
       {0, 0, -1461.922747312, 2995.84549462, 1}});
  all.push_back({"ships (Stata poisson)",
                 golden::ships,
                 loss::poisson(),
                 true,
                 {},
                 1e-7,
                 1,
                 accidents,
                 {0.13252425018256, 0.05790831365493, 0.12151759298719},
                 {0, 0, -91.28727940081573, 0, 1}});
  all.push_back({"ships (Stata poisson, vce(robust))",
                 golden::ships,
                 loss::poisson(),
                 true,
                 robust(Covariance::hc1),
                 1e-7,
                 hc_of_34,
                 accidents,
                 {0.2558675415017, 0.09144457613957, 0.16103531267836}});
  all.push_back({"ships (Stata poisson, vce(cluster))",
                 golden::ships,
                 loss::poisson(),
                 true,
                 robust(Covariance::clustered, golden::ship_of_rows()),
                 1e-7,
                 clu_of_34,
                 accidents,
                 {0.0968656626603, 0.03817694295902, 0.09213163536669}});
  all.push_back(
      {"scotvote (R glm, gamma with inverse)",
       golden::votes,
       loss::gamma(),
       true,
       {},
       1e-6,
       1,
       {-1.776527e-02, 4.961768e-05, 2.034423e-03, -7.181429e-05, 1.118520e-04, -1.467515e-07, -5.186831e-04,
        -2.42717498e-06},
       {1.147922e-02, 1.621577e-05, 5.320802e-04, 2.711664e-05, 4.057691e-05, 1.236569e-07, 2.402534e-04, 7.460253e-07},
       {0.087388516417, 0.536072, 0, 182.947045954721, 0.003584283},
       Link::inverse});
  all.push_back({"cancer (R glm, gamma with identity)",
                 golden::cancer,
                 loss::gamma(),
                 true,
                 {},
                 4e-5,
                 1,
                 {38.96617431, -0.5369833, 6.47296332, 16.20336802},
                 {8.19235553, 0.13341238, 2.1349966, 3.87411875},
                 {15.093762327607557, 27.92207137420696, 0, 328.39209118952965, 0.29512089119443752},
                 Link::identity});
  all.push_back({"inv_gaussian (R glm, inverse Gaussian with 1/mu^2)",
                 golden::drawn_by_stata,
                 loss::inverse_gaussian(),
                 true,
                 {},
                 1e-6,
                 1,
                 {1.0359574, 0.4519770, -0.2508288},
                 {0.03429943, 0.03148291, 0.02237211},
                 {1423.943980407997, 1520.673165475461, -2525.70955823223, 5059.41911646446, 0.2867266359127567},
                 Link::inverse_square});
  all.push_back(
      {"medpar (R glm, inverse Gaussian with log)",
       golden::stays,
       loss::inverse_gaussian(),
       true,
       {},
       5e-5,
       1,
       {1.05712336, 0.09927544, -0.19161722},
       {0.04915765, 0.00600728, 0.02632126},
       {304.27188306012789, 335.1539777981053, -9268.9182107979905, 18545.836421595981, 0.10240599519220173}});
  all.push_back({"medpar (R glm, inverse Gaussian with identity)",
                 golden::stays,
                 loss::inverse_gaussian(),
                 true,
                 {},
                 2e-4,
                 1,
                 {2.83947966, 0.44538838, -1.05872706},
                 {0.20834864, 0.02586783, 0.13830023},
                 {305.33661191013988, 335.1539777981053, -9275.3386384410078, 18558.677276882016, 0.10115387793455666},
                 Link::identity});
  all.push_back({"cpunish (R glm, tweedie of power 1.5 with identity)",
                 golden::executions_of_two,
                 loss::tweedie(),
                 false,
                 {},
                 1e-4,
                 1,
                 {0.0000471043, 6.4721324886},
                 {0.0000246888, 3.5288126173},
                 {36.087307138233, 0, 0, 0, 0},
                 Link::identity});
  all.push_back({"cpunish (R glm, tweedie of power 2 with identity: gamma)",
                 golden::executions_of_two,
                 loss::gamma(),
                 false,
                 {},
                 1e-6,
                 1,
                 {4.72472244209477e-05, 6.43243456540827},
                 {1.86839521185429e-05, 3.83231672422612},
                 {15.7840685407599, 0, 0, 0, 0},
                 Link::identity});
  all.push_back({"cpunish, weighted (R glm, gaussian with log)",
                 golden::executions_by_thousands,
                 loss::squared(),
                 false,
                 precisions(),
                 1e-6,
                 1,
                 {0.019083886775238277644, 0.93993818789790006818},
                 {0.021677622811348211396, 0.82525357389082676374},
                 {1248.273065, 0, -52.674985, 0, 0},
                 Link::exp});
  all.push_back({"spector (Stata probit)",
                 golden::spector,
                 loss::logistic(),
                 true,
                 {},
                 1e-6,
                 1,
                 {-7.45232041607, 1.62581025407, 0.051728948442, 1.42633236818},
                 // Of the observed information, as Stata has it; these are R's, of the expected one.
                 {},
                 {0, 0, -12.8188033249334, 33.6376066498668, 1},
                 Link::probit});
  return all;
}

/// One unit of the last digit that a double prints with, at most nine of them.
double unit_of(double printed) {
  char text[40];
  for (int digits = 1; digits < 10; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, printed);
    if (std::strtod(text, nullptr) == printed)
      return std::pow(10, std::floor(std::log10(std::abs(printed))) - digits + 1);
  }
  return 0;
}

void expect_printed(double value, double printed, double within, const std::string& what) {
  EXPECT_NEAR(value, printed, std::max(unit_of(printed), within * std::abs(printed))) << what;
}

bool is_there() { return std::filesystem::exists(golden::folder()); }

TEST(Golden, TablesOfOtherPrograms) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  for (const GoldenTable& table : tables()) {
    SCOPED_TRACE(table.name);
    const Dataset data = table.data();
    const LinearModel model =
        fit_linear(data, {.loss = table.loss, .link = table.link, .intercept = table.intercept, .tolerance = 1e-14},
                   {.threads = 2});
    StatisticsOptions options = table.options;
    options.threads = 2;
    const FitStatistics fit = statistics(model, data, options);
    ASSERT_EQ(fit.coefficients.size(), table.estimates.size());
    for (std::size_t i = 0; i < table.estimates.size(); ++i) {
      expect_printed(fit.coefficients[i].estimate, table.estimates[i], table.within, fit.coefficients[i].name);
      // R's glm takes errors from the weights before its last step.
      const double within = std::string_view(table.name).find("(R glm") == std::string_view::npos
                                ? table.within
                                : std::max(table.within, 4e-5);
      if (!table.errors.empty())
        expect_printed(fit.coefficients[i].standard_error * table.error_scale, table.errors[i], within,
                       "error of " + fit.coefficients[i].name);
    }
    const auto& of_fit = table.of_fit;
    const auto look = [&](double value, double printed, const char* what) {
      if (printed != 0) expect_printed(value, printed, what == std::string_view("dispersion") ? 1e-5 : 1e-7, what);
    };
    look(fit.deviance, of_fit.deviance, "deviance");
    look(fit.null_deviance, of_fit.null_deviance, "null deviance");
    look(fit.log_likelihood, of_fit.log_likelihood, "log-likelihood");
    look(fit.aic, of_fit.aic, "AIC");
    look(fit.dispersion, of_fit.dispersion, "dispersion");
    EXPECT_TRUE(std::ranges::none_of(fit.warnings, [](const std::string& w) { return w.starts_with("the weights"); }))
        << fit.warnings.front();
  }
}

TEST(Golden, NegativeBinomialOfMaximumLikelihood) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  const Dataset visits = golden::visits(), ships = golden::ships();
  const LinearModel of_visits = fit_negative_binomial(visits, {}, {.threads = 2});
  const std::vector<double> stata{0.663556087183864,   -0.0579469537244314, -0.267787718814838, 0.0412060770911646,
                                  -0.0381376804392121, 0.268915772213171,   0.0381637446219235, -0.0441338846217674,
                                  0.0172521803400544,  0.177960787443151};
  const std::vector<double> errors{0.0250354082637892,  0.00607085853920512, 0.0226125368090765,  0.00405542008282773,
                                   0.00344455937127785, 0.0298855063286547,  0.00142421904710063, 0.0199374393307107,
                                   0.0358416931939136,  0.0741013728607101};
  const FitStatistics fit = statistics(of_visits, visits, {.threads = 2});
  for (std::size_t i = 0; i < stata.size(); ++i) {
    EXPECT_NEAR(fit.coefficients[i].estimate, stata[i], 2e-6 * std::max(0.1, std::abs(stata[i])));
    // Stata's are of the observed information, these of the expected one.
    EXPECT_NEAR(fit.coefficients[i].standard_error / errors[i], 1, 0.06);
  }
  EXPECT_NEAR(of_visits.loss().parameters()[0].value, 1.292953339909746, 2e-6);
  EXPECT_NEAR(fit.log_likelihood, -43383.66207653563, 1e-4);
  const LinearModel of_ships = fit_negative_binomial(ships);
  EXPECT_NEAR(of_ships.intercept()[0], -6.5908639033905, 1e-5);
  EXPECT_NEAR(of_ships.weight(0), 0.28503762550355, 1e-6);
  EXPECT_NEAR(of_ships.weight(1), 0.17127003537767, 1e-6);
  EXPECT_NEAR(statistics(of_ships, ships).log_likelihood, -82.49115612464288, 1e-7);
}

TEST(Golden, MarginalEffectsOfStata) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  const Dataset data = golden::spector();
  const LinearModel model = fit_linear(data, {.loss = loss::logistic(), .tolerance = 1e-14});
  const auto expect_effects = [&](const MarginalOptions& options, std::vector<double> effects,
                                  std::vector<double> errors) {
    const std::vector<Coefficient> found = marginal_effects(model, data, options);
    ASSERT_EQ(found.size(), effects.size());
    for (std::size_t i = 0; i < effects.size(); ++i) {
      EXPECT_NEAR(found[i].estimate, effects[i], 1e-6) << found[i].name;
      EXPECT_NEAR(found[i].standard_error, errors[i], 1e-6) << found[i].name;
    }
  };
  expect_effects({}, {0.36258084688424, 0.01220841099085, 0.30517768382304}, {0.1094412, 0.0177942, 0.0923796});
  expect_effects({.at_means = true}, {0.53385885781692, 0.01797548988961, 0.44933926079386},
                 {0.237038, 0.0262369, 0.1967626});
  expect_effects({.discrete = {"PSI"}}, {0.36258084688424, 0.01220841099085, 0.35751515254729},
                 {0.1094412, 0.0177942, 0.1420034});
  expect_effects({.at_means = true, .discrete = {"PSI"}}, {0.53385885781692, 0.01797548988961, 0.4564984096959},
                 {0.237038, 0.0262369, 0.1810537});
  const Dataset visits = golden::visits();
  const std::vector<double> effects{-0.15027280560599, -0.66568074771099, 0.10094500919706,
                                    -0.09890639687842, 0.7772177029536,   0.097087074526,
                                    -0.03608195237609, 0.15804581481115,  0.65104087597053};
  const std::vector<double> errors{0.008273103,  0.0269856266, 0.0052466639, 0.0046317555, 0.0351582169,
                                   0.0016652181, 0.0263736472, 0.0457480115, 0.0913901155};
  const std::vector<Coefficient> found =
      marginal_effects(fit_linear(visits, {.loss = loss::poisson(), .tolerance = 1e-14}), visits,
                       {.discrete = {"idp", "hlthg", "hlthf", "hlthp"}});
  for (std::size_t i = 0; i < effects.size(); ++i) {
    EXPECT_NEAR(found[i].estimate, effects[i], 2e-6) << found[i].name;
    EXPECT_NEAR(found[i].standard_error, errors[i], 2e-6) << found[i].name;
  }
}

/// The numbers of a file without a head.
std::vector<std::vector<double>> numbers_of(const char* file) {
  std::ifstream in(golden::folder() / file);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(in, line);) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream words(line);
    std::vector<double>& row = rows.emplace_back();
    for (double value; words >> value;) row.push_back(value);
    if (row.empty()) rows.pop_back();
  }
  return rows;
}

/// alpha, lambda and five weights, by glmnet: penalised fits, which have no errors.
using Penalised = std::vector<std::vector<double>>;

TEST(Golden, WeightsOfGlmnet) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  const Penalised binomial{{0, 6.618737, 0.004032037, 0.01433665, 0.01265635, 0.006173346, 0.01067706},
                           {0, 1.029661, 0.02180239, 0.07769613, 0.06756466, 0.03156418, 0.05851878},
                           {0, 0.1601819, 0.07111087, 0.2544921, 0.2110318, 0.08577924, 0.1984383},
                           {0.5, 0.05343991, 0.004990061, 0.2838563, 0.2167881, 0.02370156, 0.2096612},
                           {0.5, 0.02313286, 0.0708914, 0.3791042, 0.2938332, 0.07506391, 0.2982251},
                           {0.5, 0.009124078, 0.106681, 0.4327268, 0.3362166, 0.1019452, 0.3479955},
                           {1, 0.02932512, 0, 0.3085764, 0.2300801, 0.01143652, 0.2291531},
                           {1, 0.01269414, 0.07022348, 0.396642, 0.3044255, 0.07151663, 0.31301},
                           {1, 0.005494992, 0.1049623, 0.4385186, 0.3391729, 0.09907393, 0.3527401}};
  const Penalised poisson{{0, 23.5349, 0.009251658, 0.003730997, 0.01266164, 0.003439135, 0.0141719},
                          {0, 3.661269, 0.04842557, 0.02095708, 0.06550316, 0.02029514, 0.07300782},
                          {0, 0.5695749, 0.1440462, 0.07208017, 0.182649, 0.07511376, 0.2018242},
                          {0.5, 0.1577593, 0.1247603, 0.02857521, 0.185693, 0.03840622, 0.2200925},
                          {0.5, 0.05669575, 0.187629, 0.08842012, 0.2348627, 0.09736964, 0.2628845},
                          {0.5, 0.0185653, 0.2118078, 0.1121067, 0.2534181, 0.1204543, 0.2784761},
                          {1, 0.07887965, 0.1339927, 0.0322772, 0.1969884, 0.0439019, 0.2339252},
                          {1, 0.02834788, 0.1927163, 0.09160406, 0.2398164, 0.1010126, 0.2682158},
                          {1, 0.0101877, 0.2126847, 0.1123439, 0.2544153, 0.1208601, 0.2796794}};
  for (const bool is_poisson : {false, true}) {
    auto rows = numbers_of(is_poisson ? "statsmodels_genmod/enet_poisson.csv" : "statsmodels_genmod/enet_binomial.csv");
    rows.erase(rows.begin());  // R's script takes the first line for names
    const auto n = static_cast<double>(rows.size());
    std::vector<double> x, y;
    for (std::size_t j = 1; j < 6; ++j) {
      double mean = 0, square = 0;
      for (const auto& row : rows) mean += row[j] / n;
      for (const auto& row : rows) square += (row[j] - mean) * (row[j] - mean);
      for (const auto& row : rows) x.push_back((row[j] - mean) / std::sqrt(square / (n - 1)));
    }
    for (const auto& row : rows) y.push_back(row[0]);
    const Dataset data = Dataset::from_columns(std::span<const double>(x), 5, {.label = y});
    for (const std::vector<double>& fit : is_poisson ? poisson : binomial) {
      const double alpha = fit[0], lambda = fit[1];
      const LinearModel model = fit_linear(data, {.loss = is_poisson ? loss::poisson() : loss::logistic(),
                                                  .l1 = alpha * lambda,
                                                  .l2 = (1 - alpha) * lambda,
                                                  .intercept = false,
                                                  .standardize = false});
      // glmnet stops where no weight moves by more than 1e-7 of the deviance, a thousandth of the weights here.
      for (int j = 0; j < 5; ++j)
        EXPECT_NEAR(model.weight(j), fit[static_cast<std::size_t>(j) + 2], 1e-3) << alpha << " " << lambda;
    }
  }
}

TEST(Golden, PredictionsOfStata) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  const Dataset parties = golden::parties(), visits = golden::visits();
  const LinearModel of_parties = fit_linear(parties, {.loss = loss::softmax(), .tolerance = 1e-14});
  const auto shares = numbers_of("statsmodels_discrete/phat_mnlogit.csv");
  const Tensor found = of_parties.predict(parties);
  ASSERT_EQ(std::ssize(shares), parties.rows());
  for (std::size_t row = 0; row < shares.size(); ++row)
    for (std::size_t k = 0; k < 7; ++k)
      ASSERT_NEAR(found.span<const double>()[row * 7 + k], shares[row][k], 1e-6) << row;
  const auto counts = numbers_of("statsmodels_discrete/yhat_poisson.csv");
  const auto chances = numbers_of("statsmodels_discrete/predict_prob_poisson.csv");
  const Tensor means = fit_linear(visits, {.loss = loss::poisson(), .tolerance = 1e-14}).predict(visits);
  ASSERT_EQ(std::ssize(counts), visits.rows());
  for (std::size_t row = 0; row < counts.size(); ++row)
    ASSERT_NEAR(means.span<const double>()[row], counts[row][0], 1e-6 * std::max(1.0, counts[row][0])) << row;
  for (std::size_t row = 0; row < chances.size(); row += 7)  // of 0, 1, ... visits
    for (std::size_t k = 0; k < 10; ++k) {
      const double mean = means.span<const double>()[row];
      ASSERT_NEAR(std::exp(static_cast<double>(k) * std::log(mean) - mean - std::lgamma(static_cast<double>(k + 1))),
                  chances[row][k], 1e-6)
          << row;
    }
}

TEST(Golden, ResidualsOfR) {
  if (!is_there()) GTEST_SKIP() << "no folder " << golden::folder();
  const Dataset data = golden::affairs_weighted();
  const LinearModel model =
      fit_linear(data, {.loss = loss::tweedie({.variance_power = 1.55}), .tolerance = 1e-14}, {.threads = 2});
  const RowStatistics rows = row_statistics(model, data, precisions());
  auto expected = numbers_of("statsmodels_genmod/results_tweedie_aweights_nonrobust.csv");
  ASSERT_EQ(std::ssize(expected), data.rows());
  for (std::size_t row = 0; row < expected.size(); ++row) {
    ASSERT_NEAR(rows.response_residual[row], expected[row][0], 2e-6) << row;
    ASSERT_NEAR(rows.pearson_residual[row], expected[row][1], 2e-5) << row;
    ASSERT_NEAR(rows.deviance_residual[row], expected[row][2], 2e-5) << row;
  }
}

}  // namespace
}  // namespace linden
