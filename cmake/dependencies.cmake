# Every dependency comes from the system; what is missing is named together with the package that has it.
# GLOBAL: whoever adds this folder to a build links the static library in another folder, and there needs them too.
macro(linden_find package version apt)
  find_package(${package} ${version} QUIET GLOBAL)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "Linden needs ${package} ${version}. Install it: apt-get install ${apt} (Debian, Ubuntu), "
                        "or vcpkg install with the vcpkg.json beside this file.")
  endif()
endmacro()

linden_find(Eigen3 3.4 libeigen3-dev)
linden_find(fmt 9 libfmt-dev)
linden_find(nlohmann_json 3.10 nlohmann-json3-dev)
set(LINDEN_PRIVATE_DEPENDENCIES $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> fmt::fmt Threads::Threads)
find_package(Threads REQUIRED GLOBAL)
if(LINDEN_PROGRAM)
  linden_find(CLI11 2.1 libcli11-dev)
endif()
if(LINDEN_TESTS)
  linden_find(GTest 1.12 libgtest-dev)
endif()
if(LINDEN_BENCH)
  linden_find(benchmark 1.7 libbenchmark-dev)
endif()
