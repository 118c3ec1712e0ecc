using System.Text;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;

Isolation.Enter();
if (Isolation.IsWanted(args))
{
    return Isolation.Run(args, CommandTree.TargetsOf);
}

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using Interruption? interruption = Isolation.IsReader && OperatingSystem.IsLinux() ? null : Interruption.Watch();

TextWriter writer = StandardOutputWriter.Open(Console.OutputEncoding);
return CommandTree.Run(args, writer, interruption);
