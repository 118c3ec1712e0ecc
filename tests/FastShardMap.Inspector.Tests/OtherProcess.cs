using System.Diagnostics;
using System.Globalization;

namespace FastShardMap.Inspector.Tests;

/// <summary>
/// A specimen in one of its lesser modes: <c>bare</c> without the library, <c>holders</c> full of objects around maps,
/// <c>caches</c> with caches instead of maps.
/// </summary>
public sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    public OtherProcess(string mode)
    {
        _process = SpecimenProcess.Start(
            SpecimenProcess.Host,
            Path.Combine(AppContext.BaseDirectory, "FastShardMap.Inspector.Specimen.dll"),
            mode);
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    public int Id => _process.Id;

    public string IdText => Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Asks for a line, which takes a running process.</summary>
    public void AssertRuns()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        Task<string?> answer = _process.StandardOutput.ReadLineAsync();
        Assert.True(
            answer.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), "the process stands still");
        Assert.Equal("alive", answer.Result);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
