//! What stands on one wire in one column: three lines of text that are padded to the column's width.

/// One element: of each line its content and what stands around it, and how it is padded.
#[derive(Clone, Debug)]
pub struct Element {
    top: Line,
    mid: Line,
    bot: Line,
    /// The width of the content where it is not that of the middle line: the label's of a tall box.
    width: Option<usize>,
    /// What a connection upwards and downwards looks like, for elements that can be connected.
    connector: Option<(char, char)>,
    left_fill: usize,
    right_fill: usize,
    /// Whether fills go to both sides when a label is put on the connection.
    conditional: bool,
    /// The width of the column.
    pub column: usize,
}

/// One of the three lines.
#[derive(Clone, Debug)]
struct Line {
    before: String,
    content: String,
    after: String,
    pad: char,
    background: char,
}

/// The number of characters.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// Centred as Python's `str.center` does.
pub fn center(text: &str, width: usize, pad: char) -> String {
    let space = width.saturating_sub(length(text));
    let left = space / 2 + (space & width & 1);
    let fill = |count| pad.to_string().repeat(count);
    format!("{}{text}{}", fill(left), fill(space - left))
}

impl Line {
    fn new(before: &str, content: &str, after: &str, pad: char, background: char) -> Self {
        let [before, content, after] = [before, content, after].map(str::to_owned);
        Self { before, content, after, pad, background }
    }
}

/// Which part of a box that spans several wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The first wire.
    Top,
    /// A wire between, by its number.
    Middle(usize),
    /// The last wire.
    Bottom,
}

/// The outline of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Closed.
    Quantum,
    /// Closed, on a classical wire.
    Classical,
    /// Open to the right: where control flow begins or goes on.
    Left,
    /// Open to the left: where control flow ends.
    Right,
}

impl Frame {
    /// What stands left and right of the three lines, on a single wire.
    const fn sides(self) -> [[&'static str; 2]; 3] {
        match self {
            Self::Quantum => [["┌─", "─┐"], ["┤ ", " ├"], ["└─", "─┘"]],
            Self::Classical => [["┌─", "─┐"], ["╡ ", " ╞"], ["└─", "─┘"]],
            Self::Left => [["┌─", "─ "], ["┤ ", "  "], ["└─", "─ "]],
            Self::Right => [[" ─", "─┐"], ["  ", " ├"], [" ─", "─┘"]],
        }
    }

    /// The vertical edges.
    const fn edges(self) -> [&'static str; 2] {
        match self {
            Self::Quantum | Self::Classical => ["│", " │"],
            Self::Left => ["│", "  "],
            Self::Right => [" ", " │"],
        }
    }
}

impl Element {
    fn new(top: Line, mid: Line, bot: Line) -> Self {
        let (width, connector, conditional) = (None, None, false);
        Self { top, mid, bot, width, connector, left_fill: 0, right_fill: 0, conditional, column: 0 }
    }

    /// Text beside the drawing: a wire's name, an arrow, or nothing but the wire.
    pub fn plain(lines: [&str; 3], background: char) -> Self {
        let [top, mid, bot] = lines;
        let line = |content, pad| Line::new("", content, "", pad, pad);
        Self::new(line(top, ' '), line(mid, background), line(bot, ' '))
    }

    /// A box on one wire.
    pub fn boxed(label: &str, frame: Frame, top: &str, bot: &str) -> Self {
        let [[a, b], [c, d], [e, f]] = frame.sides();
        let wire = if frame == Frame::Classical { '═' } else { '─' };
        let mid_pad = ' ';
        let mut element = Self::new(
            Line::new(a, top, b, '─', ' '),
            Line::new(c, label, d, mid_pad, wire),
            Line::new(e, bot, f, '─', ' '),
        );
        element.connector = (frame != Frame::Classical).then_some(('┴', '┬'));
        element
    }

    /// Part of a box over `height` wires. `side` is the qubit's number in the gate; `connect` is what leaves the box above or below.
    pub fn part(
        label: &str,
        frame: Frame,
        part: Part,
        height: usize,
        side: &str,
        connect: Option<&str>,
    ) -> Self {
        let [[a, b], [_, d], [e, f]] = frame.sides();
        let left = match frame {
            Frame::Quantum => "┤",
            Frame::Classical => "╡",
            Frame::Left => "┤",
            Frame::Right => " ",
        };
        let [edge, right] = frame.edges();
        let fill = length(side);
        let around = |pad: char| {
            let width = fill + if matches!(frame, Frame::Left | Frame::Right) { 2 } else { 1 };
            let centred = center("s", width, pad);
            let (before, after) = centred.split_once('s').unwrap_or_default();
            (before.to_owned(), after.to_owned())
        };
        let blank = format!("{edge}{} ", " ".repeat(fill));
        let (p, q) = if frame == Frame::Classical && part == Part::Top {
            (String::new(), String::new())
        } else {
            around('─')
        };
        let [open, close] = match frame {
            Frame::Left => [["┌─", "└─"], [" ", " "]],
            Frame::Right if part == Part::Top => [["", " "], ["─┐", "─┘"]],
            Frame::Right => [[" ", " "], ["─┐", "─┘"]],
            _ => [[a, e], [b, f]],
        };
        let inner = Line::new(&blank, "", right, ' ', ' ');
        let top = if part == Part::Top {
            let (before, after) = (format!("{}{p}", open[0]), format!("{q}{}", close[0]));
            Line::new(&before, connect.unwrap_or("─"), &after, '─', ' ')
        } else {
            inner.clone()
        };
        let bot = if part == Part::Bottom {
            let (before, after) = (format!("{}{p}", open[1]), format!("{q}{}", close[1]));
            Line::new(&before, connect.unwrap_or("─"), &after, '─', ' ')
        } else {
            Line { content: if part == Part::Top { " ".into() } else { String::new() }, ..inner }
        };
        let wire = if frame == Frame::Classical { '═' } else { '─' };
        let mid = Line::new(&format!("{left}{side} "), "", d, ' ', wire);
        let mut element = Self::new(top, mid, bot);
        element.width = Some(length(label));
        element.left_fill = fill;
        element.connector = Some(('┴', '┬'));
        match part {
            Part::Middle(order) => element.centre_label(label, height, order),
            Part::Bottom if height <= 2 => element.top.content = label.to_owned(),
            _ => {}
        }
        element
    }

    /// Puts the label of a tall box on this wire if the box's middle is here.
    fn centre_label(&mut self, label: &str, height: usize, order: usize) {
        let width = height * 2 - 1;
        let space = width - 1;
        let place = space / 2 + (space & width & 1) + 1;
        let first = order * 2 + 2;
        match place.checked_sub(first) {
            Some(0) => self.top.content = label.to_owned(),
            Some(1) => self.mid.content = label.to_owned(),
            _ => {}
        }
    }

    /// A symbol without a box on a quantum (`─`) or classical (`═`) wire.
    pub fn symbol(symbol: &str, wire: char, top: &str, bot: &str) -> Self {
        let ends = wire.to_string();
        let mut element = Self::new(
            Line::new(" ", top, " ", ' ', ' '),
            Line::new(&ends, symbol, &ends, wire, wire),
            Line::new(" ", bot, " ", ' ', ' '),
        );
        element.connector = Some(if wire == '─' { ('│', '│') } else { ('║', '║') });
        element
    }

    /// The box of a measurement.
    pub fn measure() -> Self {
        let mut element = Self::plain(["┌─┐", "┤M├", "└╥┘"], '─');
        element.connector = Some(('┴', '┬'));
        element
    }

    /// Where a measurement ends.
    pub fn measured(label: &str) -> Self {
        let mut element = Self::plain([" ║ ", "═╩═", label], '═');
        element.mid.pad = ' ';
        element
    }

    /// A control.
    pub fn bullet(conditional: bool) -> Self {
        let bot = if conditional { "║" } else { "" };
        Self { conditional, ..Self::symbol("■", '─', "", bot) }
    }

    /// Connects to the element below, above or both.
    pub fn connect(&mut self, above: bool, below: bool, label: Option<&str>) {
        if let Some((up, down)) = self.connector {
            if above {
                self.top.content = up.to_string();
            }
            if below {
                self.bot.content = down.to_string();
            }
        }
        if let Some(label) = label {
            self.top.after.pop();
            self.top.after.push_str(label);
        }
    }

    /// Leaves room for a label beside the connection.
    pub fn fill(&mut self, label: &str) {
        self.right_fill = length(label) + length(&self.middle());
        if self.conditional {
            self.left_fill = length(label) + length(&self.middle());
        }
    }

    fn line(&self, line: &Line, shift: bool) -> String {
        let width = self.width.unwrap_or_else(|| length(&self.mid.content));
        let content = if shift { format!("{}{}", line.pad, line.content) } else { line.content.clone() };
        let mut text = format!("{}{}{}", line.before, center(&content, width, line.pad), line.after);
        let missing =
            |text: &str, width: usize| line.pad.to_string().repeat(width.saturating_sub(length(text)));
        text = format!("{text}{}", missing(&text, self.right_fill));
        text = format!("{}{text}", missing(&text, self.left_fill));
        center(&text, self.column, line.background)
    }

    /// Qiskit shifts connectors of boxes of even width to the right; its rule looks at the length of the
    /// format of the upper line, `%s` included.
    fn shifts(&self) -> bool {
        let width = self.width.unwrap_or_else(|| length(&self.mid.content));
        width.is_multiple_of(2) && (length(&self.top.before) + length(&self.top.after)) % 2 == 1
    }

    /// The upper line.
    pub fn upper(&self) -> String {
        self.line(&self.top, self.shifts() && length(&self.top.content) == 1)
    }

    /// The line of the wire.
    pub fn middle(&self) -> String {
        self.line(&self.mid, false)
    }

    /// The lower line.
    pub fn lower(&self) -> String {
        self.line(&self.bot, self.shifts())
    }

    /// The width of all.
    pub fn length(&self) -> usize {
        [self.upper(), self.middle(), self.lower()].iter().map(|line| length(line)).max().unwrap_or(0)
    }
}
