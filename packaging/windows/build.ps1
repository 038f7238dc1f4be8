# Makes the installer for Windows: build\packages\octavo-VERSION-windows-x86_64-setup.exe. Not tried on Windows yet.
#
# Wanted on the machine: Python 3.13, uv of the version in packaging\uv.txt, the build tools of Visual Studio 2022 with
# C++ and CMake, NSIS 3.11. Call it in a developer's PowerShell, in a clone of the repository:
#
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1
#
# packaging\bundle\octavo.spec makes two programs here, octavo.exe with a console and octavo-desk.exe without one: on
# Windows a link cannot be both.

# OCTAVO_SIGNTOOL=THUMBPRINT signs the two programs and the installer with the certificate of that SHA-1 thumbprint in
# the person's store; OCTAVO_TIMESTAMP names the time stamp service of whoever issued it. Without it nothing is signed,
# and SmartScreen warns of the installer. The uninstaller is made on the person's machine and stays unsigned.

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot\..\..").Path
Set-Location $root

function Invoke-Step {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program $Arguments ended with $LASTEXITCODE" }
}

function Invoke-Signing {
    param([string[]] $Files)
    if (-not $env:OCTAVO_SIGNTOOL) { return }
    $arguments = @('sign', '/sha1', $env:OCTAVO_SIGNTOOL, '/fd', 'SHA256')
    if ($env:OCTAVO_TIMESTAMP) { $arguments += @('/tr', $env:OCTAVO_TIMESTAMP, '/td', 'SHA256') }
    Invoke-Step signtool ($arguments + $Files)
    Invoke-Step signtool (@('verify', '/pa') + $Files)
}

# llama.cpp without what is only of this machine: the processor is looked at when the program runs.
$included = "$root\packaging\llama.cmake".Replace('\', '/')
$env:CMAKE_ARGS = "-DGGML_NATIVE=OFF -DCMAKE_PROJECT_llama_cpp_INCLUDE_BEFORE=$included"
$env:UV_PROJECT_ENVIRONMENT = "$root\build\windows\venv"
Invoke-Step uv @('sync', '--locked', '--no-dev', '--group', 'package', '--python', '3.13')
$python = "$env:UV_PROJECT_ENVIRONMENT\Scripts\python.exe"

$version = & $python -P -c 'import app; print(app.__version__)'
Invoke-Step $python @('-P', 'packaging\desktop\icons.py', 'build\windows\icons')
Invoke-Step $python @('-P', '-m', 'PyInstaller', '--noconfirm', '--distpath', 'build\windows\dist',
    '--workpath', 'build\windows\work', 'packaging\bundle\octavo.spec')

Invoke-Signing @('build\windows\dist\octavo\octavo.exe', 'build\windows\dist\octavo\octavo-desk.exe')
New-Item -ItemType Directory -Force build\packages | Out-Null
$setup = "$root\build\packages\octavo-$version-windows-x86_64-setup.exe"
Invoke-Step makensis @('-WX', '-INPUTCHARSET', 'UTF8', "-DVERSION=$version", "-DBUNDLE=$root\build\windows\dist\octavo",
    "-DICON=$root\build\windows\icons\octavo.ico",
    "-DOUT=$setup", 'packaging\windows\octavo.nsi')
Invoke-Signing @($setup)
