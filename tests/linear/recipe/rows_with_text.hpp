// 24 rows of numbers and text, and what patsy 1.0.3 with NumPy's least squares makes of them.
#pragma once

#include <linden/data.hpp>
#include <string>
#include <vector>

namespace linden {

struct RowsWithText {
  std::vector<double> x, z, y{0.879426, 2.278073,  -1.156802, 0.991721, -0.402505, -0.108195, -1.358924, 0.681639,
                              2.698472, -0.194989, 0.820585,  0.183986, 1.749217,  -1.658934, 1.441471,  0.281661,
                              -0.67753, -1.633179, 2.209297,  1.128439, -0.90554,  2.648985,  -0.35888,  -0.099293};
  std::vector<std::string> color, size;

  RowsWithText() {
    for (int i = 0; i < 24; ++i) {
      x.push_back((i * 7 % 24) / 4.0 + 0.5);
      z.push_back((i * 5 + 3) % 11 - 5.0);
      color.emplace_back(i % 3 == 0 ? "red" : i % 3 == 1 ? "green" : "blue");
      size.emplace_back(i / 3 % 2 == 0 ? "S" : "L");
    }
  }

  Dataset data() const {
    return Dataset()
        .with_column("x", NumberList(x))
        .with_column("z", NumberList(z))
        .with_column("color", NameList(color))
        .with_column("size", NameList(size))
        .with_label(NumberList(y), NameList{"y"});
  }
};

}  // namespace linden
