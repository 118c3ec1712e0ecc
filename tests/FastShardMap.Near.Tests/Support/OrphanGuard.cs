using System.Diagnostics;
using System.Globalization;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Ends a process of another program when this process ends, in whatever way: a shell waits for the end of its
/// input, which only this process can write.</summary>
internal sealed class OrphanGuard : IDisposable
{
    // The process can end first, and the system can give its number to another one, which has another time of start.
    private const string Script = """
        started() { cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null; }
        first=$(started "$0")
        read line
        [ -n "$first" ] && [ "$first" = "$(started "$0")" ] && kill -9 "$0"
        """;

    private readonly Process _shell;
    private bool _isDisposed;

    private OrphanGuard(Process shell) => _shell = shell;

    /// <summary>Watches over a process until the guard is disposed.</summary>
    public static OrphanGuard Of(Process process)
    {
        string id = process.Id.ToString(CultureInfo.InvariantCulture);
        return new OrphanGuard(Process.Start(new ProcessStartInfo("sh", ["-c", Script, id])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!);
    }

    /// <summary>Closes the input of the shell, as the end of this process does.</summary>
    public async Task EndInputAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the guard only. The process can be gone, and its number can be that of another one.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_shell.HasExited)
        {
            _shell.Kill();
        }

        _shell.Dispose();
    }
}
