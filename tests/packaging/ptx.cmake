# No contraction and no unrounded arithmetic in the PTX of the kernels, but for `others`, which ask for fma themselves and
# owe nobody the CPU's bytes. The executor's kernels are compiled by g++, and cannot show what nvcc does.
set(others linear/evaluate linear/hessian linear/product linear/scores tensor/cholesky tensor/solve_triangular)
list(JOIN others "|" pattern)
set(checked "$<FILTER:$<TARGET_OBJECTS:linden_cuda_kernels>,EXCLUDE,/(${pattern})\\.cu\\.o>")

set(with_ptx ${CMAKE_CUDA_ARCHITECTURES})
list(FILTER with_ptx EXCLUDE REGEX "real|native")
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT LINDEN_READABLE_PTX OR NOT with_ptx OR NOT Python3_FOUND)
  message(STATUS "The PTX of the kernels is not checked (that wants LINDEN_READABLE_PTX, Python and an architecture with "
                 "PTX such as 90)")
  return()
endif()
set(check_ptx ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/check_ptx.py)
package_test(ptx ${check_ptx} ${checked})

# Contraction, and what else is refused, must be found where it was planted.
add_library(planted_contraction OBJECT planted_contraction.cu)
target_link_libraries(planted_contraction PRIVATE linden_cuda_flags)
target_compile_options(planted_contraction PRIVATE --fmad=true)

# A user's flags that would round otherwise do not reach the kernels.
add_library(hostile_flags OBJECT hostile_flags.cu)
target_compile_options(hostile_flags PRIVATE --use_fast_math)
target_link_libraries(hostile_flags PRIVATE linden_cuda_flags linden_cuda_rounding)
package_test(ptx_of_hostile_flags ${check_ptx} $<TARGET_OBJECTS:hostile_flags>)
foreach(planted "contracts a product and a sum" "is not rounded to nearest" "is \\.approx" "sums in no fixed order")
  string(REGEX REPLACE "[^a-z]+" "_" name ${planted})
  add_test(NAME package.planted_ptx_${name} COMMAND ${check_ptx} $<TARGET_OBJECTS:planted_contraction>)
  set_tests_properties(package.planted_ptx_${name} PROPERTIES LABELS planted PASS_REGULAR_EXPRESSION ${planted})
endforeach()
