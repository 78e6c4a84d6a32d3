# The CUDA backend: whether this build has one, for which GPUs, and how its sources are compiled.
#
# Sets LINDEN_HAS_CUDA, LINDEN_BACKEND (what answers cuda_backend(): the kernels with their host code, or the file that
# says there are none) and LINDEN_BACKEND_DEPENDENCIES (what whoever links it needs).
set(LINDEN_HAS_CUDA OFF)
set(LINDEN_BACKEND ${PROJECT_SOURCE_DIR}/src/backend/no_cuda.cpp)
set(LINDEN_BACKEND_DEPENDENCIES "")

if(NOT LINDEN_CUDA MATCHES "^(AUTO|LOCAL|ON|OFF)$")
  message(FATAL_ERROR "LINDEN_CUDA is ${LINDEN_CUDA}; it must be AUTO, LOCAL, ON or OFF.")
endif()
if(LINDEN_CUDA STREQUAL "OFF")
  return()
endif()
execute_process(COMMAND nvidia-smi -L RESULT_VARIABLE no_gpu OUTPUT_QUIET ERROR_QUIET)
if(LINDEN_CUDA STREQUAL "LOCAL" AND NOT no_gpu EQUAL 0)
  message(STATUS "CUDA backend: none (LINDEN_CUDA=LOCAL is for the GPU of this machine, and there is none)")
  return()
endif()

# Half a sentence, empty if CUDA can be compiled. check_language tries the compiler, which takes seconds and is kept.
function(linden_why_no_nvcc answer)
  set(${answer} "" PARENT_SCOPE)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(nvcc nvcc HINTS ENV CUDA_PATH PATHS /usr/local/cuda /opt/cuda PATH_SUFFIXES bin NO_CACHE)
    if(NOT nvcc)
      set(${answer} "there is no nvcc" PARENT_SCOPE)
      return()
    endif()
    set(ENV{CUDACXX} ${nvcc})
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    unset(CMAKE_CUDA_COMPILER CACHE)  # what was not found before may be there now
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    set(${answer} "$ENV{CUDACXX} does not compile CUDA" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --version OUTPUT_VARIABLE version ERROR_QUIET)
  if(NOT version MATCHES "release ([0-9]+\\.[0-9]+)")
    set(${answer} "${CMAKE_CUDA_COMPILER} is not nvcc" PARENT_SCOPE)
  elseif(CMAKE_MATCH_1 VERSION_LESS 12.4)
    set(${answer} "${CMAKE_CUDA_COMPILER} is of CUDA ${CMAKE_MATCH_1}, and 12.4 or newer is wanted" PARENT_SCOPE)
  endif()
endfunction()

linden_why_no_nvcc(why)
if(NOT why)
  find_package(CUDAToolkit 12.4 QUIET GLOBAL)
  if(NOT TARGET CUDA::cudart_static)
    set(why "CUDA's static runtime (cudart_static) is not there")
  endif()
endif()
if(why AND LINDEN_CUDA STREQUAL "ON")
  message(FATAL_ERROR "LINDEN_CUDA=ON: ${why}. Hint: install the CUDA toolkit 12.4 or newer, put nvcc on the PATH or "
                      "set CUDACXX; or configure with -DLINDEN_CUDA=OFF, models train on the CPU.")
elseif(why)
  message(STATUS "CUDA backend: none (${why})")
  return()
endif()

# The user's architectures (OFF: none of ours, CMAKE_CUDA_FLAGS names them), else that of the GPU at hand, else those of
# today, with PTX of the oldest for what lies between and of the newest for what comes.
if("${CMAKE_CUDA_ARCHITECTURES}" STREQUAL "" AND NOT DEFINED ENV{CUDAARCHS})
  if(no_gpu EQUAL 0)
    set(CMAKE_CUDA_ARCHITECTURES native)
  elseif(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 12.8)
    set(CMAKE_CUDA_ARCHITECTURES 75-virtual 80-real 90-real 100-real 120-real 120-virtual)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 75-virtual 80-real 90-real 90-virtual)
  endif()
endif()
if(NOT CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX})
  set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
endif()
enable_language(CUDA)
if(CMAKE_CUDA_ARCHITECTURES MATCHES "^all(-major)?$" AND CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "CMAKE_CUDA_ARCHITECTURES is ${CMAKE_CUDA_ARCHITECTURES}, which has 50 and 60 for nvcc "
                      "${CMAKE_CUDA_COMPILER_VERSION}, but the kernels need compute capability 7.0 (70). Hint: name them, "
                      "such as 75;80;90.")
endif()
foreach(architecture ${CMAKE_CUDA_ARCHITECTURES})
  if(architecture MATCHES "^([0-9]+)" AND CMAKE_MATCH_1 LESS 70)
    message(FATAL_ERROR "CMAKE_CUDA_ARCHITECTURES has ${architecture}, but the kernels need compute capability 7.0 (70).")
  endif()
endforeach()
message(STATUS "CUDA backend: nvcc ${CMAKE_CUDA_COMPILER_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")

include(${PROJECT_SOURCE_DIR}/src/cuda/sources.cmake)

# -std=c++20 in words: CMake 3.25 does not know that nvcc has it, and would add C++17 for the sake of fmt::fmt or of
# extensions that are off. No contraction to FMA on either side. Line numbers, which are for tools/check_ptx.py and
# compute-sanitizer, change no instruction, but make objects several times as large.
set(CMAKE_CUDA_EXTENSIONS ON)
add_library(linden_cuda_flags INTERFACE)
target_include_directories(linden_cuda_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_include_directories(linden_cuda_flags SYSTEM INTERFACE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(linden_cuda_flags INTERFACE LINDEN_BUILDING
                           $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
target_compile_options(linden_cuda_flags INTERFACE -std=c++20 --expt-relaxed-constexpr
  $<$<BOOL:${LINDEN_READABLE_PTX}>:-lineinfo>
  -Xcompiler=-ffp-contract=off,-fno-math-errno,-fno-trapping-math,-Wall,-Wextra$<$<CXX_COMPILER_ID:GNU>:$<COMMA>-Wno-restrict>
  $<$<BOOL:${LINDEN_READABLE_PTX}>:--no-compress>
  "$<$<BOOL:${LINDEN_WERROR}>:SHELL:-Werror all-warnings -Xcompiler=-Werror>")

# Arithmetic as IEEE 754 has it, whatever CMAKE_CUDA_FLAGS say (--use_fast_math): the last word counts. Code that is
# generated at link time would not hear them, so that there is none.
add_library(linden_cuda_rounding INTERFACE)
target_compile_options(linden_cuda_rounding INTERFACE --fmad=false --ftz=false --prec-div=true --prec-sqrt=true)

add_library(linden_cuda_kernels OBJECT ${LINDEN_CUDA_KERNELS} ${LINDEN_CUDA_CUB})
target_link_libraries(linden_cuda_kernels PRIVATE linden_cuda_flags)
target_link_libraries(linden_cuda_kernels PRIVATE linden_cuda_rounding)
set_target_properties(linden_cuda_kernels PROPERTIES CUDA_VISIBILITY_PRESET hidden
                                                     CUDA_SEPARABLE_COMPILATION OFF INTERPROCEDURAL_OPTIMIZATION OFF)

add_library(linden_cuda_host OBJECT ${LINDEN_CUDA_HOST} ${LINDEN_CUDA_LIBRARIES})
target_include_directories(linden_cuda_host PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(linden_cuda_host PRIVATE linden_strict CUDA::cudart_static ${LINDEN_PRIVATE_DEPENDENCIES})

set(LINDEN_HAS_CUDA ON)
set(LINDEN_BACKEND $<TARGET_OBJECTS:linden_cuda_kernels> $<TARGET_OBJECTS:linden_cuda_host>)
set(LINDEN_BACKEND_DEPENDENCIES CUDA::cudart_static)
