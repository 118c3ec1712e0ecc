using System.Text;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Targets;

if (Isolation.IsWanted(args))
{
    return Isolation.Run(args);
}

Isolation.Enter();
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using Interruption? interruption = Isolation.IsReader && OperatingSystem.IsLinux() ? null : Interruption.Watch();

// Entries come by the million: flushed when the buffer is full, and once at the end.
TextWriter writer = Console.IsOutputRedirected
    ? new StreamWriter(new StandardOutput(Console.OpenStandardOutput()), Console.OutputEncoding, bufferSize: 1 << 16)
    : Console.Out;
return CommandTree.Run(args, writer, interruption);
