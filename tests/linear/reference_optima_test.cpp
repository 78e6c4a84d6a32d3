// Known optima: published for LIBLINEAR's objectives on a9a and ijcnn1 (computed with certified gaps), by scikit-learn
// 1.9 for diabetes (quantiles by its linear program), by scipy 1.17 for bounds (nnls and lsq_linear's bvls), by R's glm
// for Dobson's counts.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <linden/linear.hpp>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace linden {
namespace {

const std::filesystem::path source = LINDEN_SOURCE_DIR;

Dataset example(const char* file, const char* label) {
  return Dataset::from_csv(source / "examples/data" / file, {.label = label});
}

/// Columns of mean 0 and sum of squares 1, as scikit-learn's load_diabetes has them.
Dataset diabetes() {
  const Dataset raw = example("diabetes.csv", "progression");
  const auto rows = static_cast<double>(raw.rows());
  std::vector<double> values;
  for (const Column& column : raw.columns()) {
    const std::span<const double> x = column.values.span<const double>();
    double mean = 0, square = 0;
    for (const double v : x) mean += v / rows;
    for (const double v : x) square += (v - mean) * (v - mean);
    for (const double v : x) values.push_back((v - mean) / std::sqrt(square));
  }
  const auto kept = std::make_shared<const std::vector<double>>(std::move(values));
  const Tensor& label = raw.label();
  return Dataset::from_columns(std::span<const double>(*kept), raw.features(),
                               {.label = label.span<const double>(), .owner = kept});
}

/// The counts of a small trial (Dobson 1990), by outcome and treatment of three levels each.
Dataset dobson() {
  const std::vector<double> counts{18, 17, 15, 20, 10, 20, 25, 13, 12};
  const auto x = std::make_shared<std::vector<double>>();
  for (int i = 0; i < 9; ++i) {
    const int outcome = i % 3, treatment = i / 3;
    for (const int level : {1, 2}) x->push_back(outcome == level ? 1 : 0);
    for (const int level : {1, 2}) x->push_back(treatment == level ? 1 : 0);
  }
  const std::vector<std::string> names{"outcome2", "outcome3", "treatment2", "treatment3"};
  return Dataset::from_rows(std::span<const double>(*x), 4, {.label = counts, .names = names, .owner = x});
}

/// Of the folder of real data; empty where it is missing. Compressed files are unpacked to a temporary one.
Dataset shared(const char* file) {
  const std::filesystem::path path = source / "../shared/data" / file;
  if (!std::filesystem::exists(path)) return Dataset();
  if (path.extension() != ".gz") return Dataset::from_libsvm(path);
  const auto name = path.stem().string() + "." + std::to_string(std::random_device()());
  const auto unpacked = std::filesystem::temp_directory_path() / name;
  if (std::system(("gzip -dc '" + path.string() + "' > '" + unpacked.string() + "'").c_str()) != 0) return Dataset();
  const Dataset data = Dataset::from_libsvm(unpacked);
  std::filesystem::remove(unpacked);
  return data;
}

struct Optimum {
  const char* name;
  std::function<Dataset()> data;
  LinearConfig config;  // l1 and l2 times the rows
  double scale;         // of the objective: 1, or 0 for the rows
  double objective;
  double within;            // relative
  int most_iterations = 0;  // 0: any number
  std::vector<double> weights = {};
  std::vector<double> intercept = {};
  double weights_within = 1e-8;  // relative to the largest
};

LinearConfig liblinear(double l1, double l2, Solver solver = Solver::automatic) {
  return {.loss = loss::logistic(), .l1 = l1, .l2 = l2, .intercept = false, .standardize = false, .solver = solver};
}

std::vector<Optimum> optima() {
  const auto a9a = [] { return shared("a9a/a9a"); };
  const auto ijcnn1 = [] { return shared("ijcnn1/ijcnn1.trn.libsvm.gz"); };
  const LinearConfig raw{.loss = loss::squared(), .standardize = false};
  const auto penalised = [&](double l1, double l2) {
    LinearConfig config = raw;
    config.l1 = l1;
    config.l2 = l2;
    return config;
  };
  std::vector<Optimum> all;
  all.push_back({"a9a logistic l2", a9a, liblinear(0, 1), 0, 10529.5625846, 1e-11, 12});
  all.push_back({"ijcnn1 logistic l2", ijcnn1, liblinear(0, 1), 0, 9404.124031, 1e-10, 12});
  all.push_back({"a9a logistic l1", a9a, liblinear(1, 0), 0, 10558.7233706, 1e-9});
  all.push_back({"ijcnn1 logistic l1", ijcnn1, liblinear(1, 0), 0, 9228.66888596, 1e-9});
  all.push_back({"a9a logistic l2 by newton_cg", a9a, liblinear(0, 1, Solver::newton_cg), 0, 10529.5625846, 1e-9});
  all.push_back({"a9a logistic l2 by lbfgs", a9a, liblinear(0, 1, Solver::lbfgs), 0, 10529.5625846, 1e-9});
  all.push_back({"ijcnn1 logistic l2 by lbfgs", ijcnn1, liblinear(0, 1, Solver::lbfgs), 0, 9404.124031, 1e-9});
  all.push_back({"ijcnn1 logistic l1 by lbfgs", ijcnn1, liblinear(1, 0, Solver::lbfgs), 0, 9228.66888596, 1e-8});

  const auto machine = [](Loss loss, double l1, double l2) {
    LinearConfig config = liblinear(l1, l2);
    config.loss = std::move(loss);
    return config;
  };
  all.push_back({"a9a L2SVC", a9a, machine(loss::squared_hinge(), 0, 1), 0, 13742.3973044, 1e-9});
  all.push_back({"ijcnn1 L2SVC", ijcnn1, machine(loss::squared_hinge(), 0, 1), 0, 11023.1900492, 1e-9});
  all.push_back({"a9a L1SVC", a9a, machine(loss::sharp_hinge(), 0, 1), 0, 11433.8076975, 5e-9});
  all.push_back({"ijcnn1 L1SVC", ijcnn1, machine(loss::sharp_hinge(), 0, 1), 0, 8596.00423926, 5e-9});
  all.push_back({"a9a L1R L2SVC", a9a, machine(loss::squared_hinge(), 1, 0), 0, 13758.2307207, 1e-9});
  all.push_back({"ijcnn1 L1R L2SVC", ijcnn1, machine(loss::squared_hinge(), 1, 0), 0, 11024.4550381, 1e-9});

  all.push_back({"iris softmax",
                 [] { return example("iris.csv", "species"); },
                 {.loss = loss::softmax(), .l2 = 1, .standardize = false},
                 0,
                 28.8863166041,
                 1e-11,
                 12,
                 {-.4235099, .9673506, -2.5171524, -1.0793366, .5344615, -.3215879, -.2063921, -.9442985, -.1109516,
                  -.6457627, 2.7235444, 2.0236351},
                 {9.8495681, 2.2372056, -12.0867737},
                 2e-7});
  all.push_back({"Dobson poisson",
                 dobson,
                 {.loss = loss::poisson()},
                 1,
                 NAN,
                 0,
                 12,
                 {-.454255272278, -.292987124681, 0, 0},
                 {3.04452243772},
                 1e-11});
  all.push_back({"breast cancer in raw units",
                 [] { return example("breast_cancer.csv", "diagnosis"); },
                 {.loss = loss::logistic(), .l2 = 1, .standardize = false},
                 0,
                 53.7946112305,
                 1e-11});
  all.push_back({"breast cancer standardised",
                 [] { return example("breast_cancer.csv", "diagnosis"); },
                 {.loss = loss::logistic(), .l2 = 1},
                 0,
                 37.7589459619,
                 1e-11});

  const double mean = 152.133484162896;
  all.push_back({"diabetes least squares",
                 diabetes,
                 raw,
                 1,
                 1429.8481737933753,
                 1e-12,
                 0,
                 {-10.009866299810497, -239.81564367242365, 519.8459200544606, 324.3846455023234, -792.1756385522293,
                  476.739021005257, 101.04326793803408, 177.06323767134649, 751.2736995571029, 67.62669218370446},
                 {mean}});
  all.push_back({"diabetes ridge",
                 diabetes,
                 penalised(0, 1),
                 1,
                 1923.1437815551512,
                 1e-12,
                 0,
                 {29.46611189347688, -83.1542763618754, 306.352680150686, 201.62773437326962, 5.909614367497122,
                  -29.51549507968957, -152.04028006186422, 117.31173160030144, 262.94429001431297, 111.87895643952405},
                 {mean}});
  all.push_back({"diabetes lasso",
                 diabetes,
                 penalised(442 * 0.1, 0),
                 1,
                 1629.0545425788769,
                 1e-12,
                 0,
                 {0, -155.34311062466912, 517.216241203052, 275.0872229282559, -52.55203581190279, 0,
                  -210.13950903523462, 0, 483.9171745719613, 33.662192143130824},
                 {mean}});
  all.push_back({"diabetes lasso of three weights",
                 diabetes,
                 penalised(442, 0),
                 1,
                 2586.9431926142515,
                 1e-12,
                 0,
                 {0, 0, 367.7016258214312, 6.309702644174538, 0, 0, 0, 0, 307.6021474621963, 0},
                 {mean}});

  const auto quantile = [&](double level, double l1) {
    LinearConfig config = penalised(442 * l1, 0);
    config.loss = loss::quantile({.level = level});
    return config;
  };
  all.push_back({"diabetes median",
                 diabetes,
                 quantile(0.5, 0),
                 1,
                 21.520750342938967,
                 1e-12,
                 0,
                 {9.41261771990336, -326.395880431796, 465.868028853403, 407.098443752848, -856.666824102505,
                  414.422284907587, 147.113115310127, 257.870221210045, 762.218877462814, 50.8085059811845},
                 {151.85445252616742},
                 1e-10});
  all.push_back({"diabetes quantile 0.9",
                 diabetes,
                 quantile(0.9, 0),
                 1,
                 9.087896783858504,
                 1e-12,
                 0,
                 {-82.9775733708265, -257.490091480864, 508.845261500588, 438.183083948231, -1808.94752614238,
                  1425.17999726203, 326.567878571304, 25.4260510312719, 1184.28318461434, 148.565473626315},
                 {224.3865315513776},
                 1e-10});
  all.push_back({"diabetes median with l1",
                 diabetes,
                 quantile(0.5, 0.01),
                 1,
                 32.387154462073546,
                 1e-12,
                 0,
                 {0, 0, 68.3196706809219, 0, 0, 0, 0, 0, 125.756287396488, 0},
                 {139.73097949814866},
                 1e-10});
  all.push_back({"diabetes quantile 0.1 with l1",
                 diabetes,
                 quantile(0.1, 0.002),
                 1,
                 9.871285012527832,
                 1e-12,
                 0,
                 {0, 0, 85.2240689111405, 0, 0, 0, -13.8797883329254, 18.3518123892666, 269.174323883769, 0},
                 {72.59047292292126},
                 1e-10});

  LinearConfig nonnegative = raw, boxed = raw;
  nonnegative.constraints.nonnegative = true;
  boxed.constraints.lower = {{"f0", 0}, {"f4", -100}};
  boxed.constraints.upper = {{"f2", 300}, {"f8", 500}};
  all.push_back(
      {"diabetes nonnegative",
       diabetes,
       nonnegative,
       1,
       1537.0893398657572,
       1e-12,
       0,
       {0, 0, 585.3267076436051, 257.897070403924, 0, 0, 0, 68.07514101681646, 496.65406500357517, 31.845835303889945},
       {mean}});
  all.push_back({"diabetes within bounds",
                 diabetes,
                 boxed,
                 1,
                 1479.0886827669633,
                 1e-12,
                 0,
                 {0, -269.484694267158, 300, 381.5985906939137, -100, -48.633710413718745, -263.71329716096477,
                  100.70118933869641, 500, 109.89884467813587},
                 {mean}});
  return all;
}

class ReferenceOptima : public testing::TestWithParam<Optimum> {};

TEST_P(ReferenceOptima, IsReached) {
  const Optimum& known = GetParam();
  const Dataset data = known.data();
  if (data.rows() == 0) GTEST_SKIP() << "no folder of real data";
  const auto rows = static_cast<double>(data.rows());
  LinearConfig config = known.config;
  config.l1 /= rows;
  config.l2 /= rows;
  const LinearModel model = fit_linear(data, config);
  const Certificate& c = model.certificate();
  EXPECT_EQ(c.status, FitStatus::converged) << c;
  EXPECT_LE(c.relative_gap, 1e-8);
  if (known.within > 0) {
    const double objective = c.objective * (known.scale > 0 ? known.scale : rows);
    EXPECT_NEAR(objective / known.objective, 1, known.within) << c;
  }
  if (known.most_iterations > 0) {
    EXPECT_LT(c.iterations, known.most_iterations) << c;
  }
  double largest = 0;
  for (const double w : known.weights) largest = std::max(largest, std::abs(w));
  for (std::size_t i = 0; i < known.weights.size(); ++i)
    EXPECT_NEAR(model.weights()[i], known.weights[i], known.weights_within * largest) << "weight " << i;
  for (std::size_t k = 0; k < known.intercept.size(); ++k)
    EXPECT_NEAR(model.intercept()[k], known.intercept[k], known.weights_within * std::abs(known.intercept[k]));
}

std::string letters_of(const testing::TestParamInfo<Optimum>& optimum) {
  std::string name;
  for (const char c : std::string(optimum.param.name))
    if (std::isalnum(static_cast<unsigned char>(c))) name += c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, ReferenceOptima, testing::ValuesIn(optima()), letters_of);

}  // namespace
}  // namespace linden
