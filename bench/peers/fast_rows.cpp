// linden_fast_rows lightgbm|xgboost LIBRARY.so MODEL MATRIX ROWS TIMES: predictions of one row at a time by the C
// interface of another library, which is opened as it lies in its Python package; its seconds as a line of JSON, as
// linden_predict's. What these interfaces let a caller prepare is done before the clock starts.
#include <dlfcn.h>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "cpu_seconds.hpp"
#include "matrix_file.hpp"

namespace {

/// The probability of a row [features].
using Predict = std::function<double(const float*)>;

struct Opened {
  void* library;

  explicit Opened(const char* path) : library(dlopen(path, RTLD_NOW)) {
    if (!library) throw std::runtime_error(dlerror());
  }

  template <class Function>
  Function* find(const char* name) const {
    void* const found = dlsym(library, name);
    if (!found) throw std::runtime_error(dlerror());
    return reinterpret_cast<Function*>(found);
  }
};

void check(int status, const char* call) {
  if (status != 0) throw std::runtime_error(std::string(call) + " failed");
}

Predict lightgbm(const Opened& opened, const char* model, int features) {
  constexpr int float32 = 0, normal = 0;  // C_API_DTYPE_FLOAT32, C_API_PREDICT_NORMAL
  void *booster = nullptr, *fast = nullptr;
  int rounds = 0;
  check(opened.find<int(const char*, int*, void**)>("LGBM_BoosterCreateFromModelfile")(model, &rounds, &booster),
        "LGBM_BoosterCreateFromModelfile");
  check(opened.find<int(void*, int, int, int, int, std::int32_t, const char*, void**)>(
            "LGBM_BoosterPredictForMatSingleRowFastInit")(booster, normal, 0, -1, float32, features, "num_threads=1",
                                                          &fast),
        "LGBM_BoosterPredictForMatSingleRowFastInit");
  const auto predict =
      opened.find<int(void*, const void*, std::int64_t*, double*)>("LGBM_BoosterPredictForMatSingleRowFast");
  return [=](const float* row) {
    std::int64_t count = 0;
    double out = 0;
    check(predict(fast, row, &count, &out), "LGBM_BoosterPredictForMatSingleRowFast");
    return out;
  };
}

Predict xgboost(const Opened& opened, const char* model, int features) {
  void* booster = nullptr;
  check(opened.find<int(void* const*, std::uint64_t, void**)>("XGBoosterCreate")(nullptr, 0, &booster),
        "XGBoosterCreate");
  check(opened.find<int(void*, const char*)>("XGBoosterLoadModel")(booster, model), "XGBoosterLoadModel");
  check(opened.find<int(void*, const char*, const char*)>("XGBoosterSetParam")(booster, "nthread", "1"),
        "XGBoosterSetParam");
  const auto predict =
      opened.find<int(void*, const char*, const char*, void*, const std::uint64_t**, std::uint64_t*, const float**)>(
          "XGBoosterPredictFromDense");
  const std::string settings =
      R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false,"missing":NaN,"cache_id":0})";
  return [=](const float* row) {
    const std::string array = R"({"data":[)" + std::to_string(reinterpret_cast<std::uintptr_t>(row)) +
                              R"(,true],"shape":[1,)" + std::to_string(features) + R"(],"typestr":"<f4","version":3})";
    const std::uint64_t* shape = nullptr;
    std::uint64_t dimensions = 0;
    const float* out = nullptr;
    check(predict(booster, array.c_str(), settings.c_str(), nullptr, &shape, &dimensions, &out),
          "XGBoosterPredictFromDense");
    return static_cast<double>(*out);
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "linden_fast_rows lightgbm|xgboost LIBRARY.so MODEL MATRIX ROWS TIMES\n";
    return 2;
  }
  try {
    const linden::bench::Matrix matrix = linden::bench::read_matrix(argv[4]);
    const Opened opened(argv[2]);
    const Predict predict = (argv[1] == std::string("lightgbm") ? lightgbm : xgboost)(opened, argv[3], matrix.features);
    const std::int64_t rows = std::min<std::int64_t>(std::stoll(argv[5]), matrix.rows);
    std::vector<double> seconds, cpu;
    double sum = 0;
    for (int time = -1; time < std::stoi(argv[6]); ++time) {  // the first one does not count
      const auto start = std::chrono::steady_clock::now();
      const double cpu_start = linden::bench::cpu_seconds();
      sum = 0;
      for (std::int64_t row = 0; row < rows; ++row) sum += predict(matrix.values.data() + row * matrix.features);
      const double used = linden::bench::cpu_seconds() - cpu_start;
      if (time < 0) continue;
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      cpu.push_back(used);
    }
    std::cout << nlohmann::ordered_json{{"seconds", seconds}, {"cpu_seconds", cpu}, {"sum", sum}} << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_fast_rows: " << error.what() << '\n';
    return 1;
  }
}
