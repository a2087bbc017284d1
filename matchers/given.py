"""How common names are in Pakistan, India and Arab countries: weights, from common knowledge of the languages.

A weight is about how many bits a name tells: of some thousand people one in 2**weight has it. It decides whether a name
alone may point at somebody, and keeps a spelling that is another name from being taken for a slip.
"""

from matchers.spelling import loose

UNKNOWN_BITS = {1: 1.0, 2: 2.0, 3: 4.0, 4: 6.0, 5: 8.0, 6: 10.0}  # by letters of the loose spelling
LONG_BITS = 12.0

_EVERYWHERE = """
muhammad ahmed ali khan hussain hassan bibi begum abdul syed sheikh malik kumar singh fatima ayesha maryam
"""
_COMMON = """
abbas abbasi abdullah abid adeel adil adnan afzal ahsan aamir akbar akhtar akram aleem alam aliya amina amir amna
anam anwar aqsa arif arshad asad asif asim aslam asma atif awais ayaz ayub azam azhar aziz babar bashir bilal bushra
butt chaudhry dar ehsan faisal faiza farah faraz farhan farida farooq farrukh farzana fawad fazal fiza ghulam gul
habib hafiz hafsa haider hamid hamza haroon hashim hina humaira ibrahim iftikhar ijaz ikram imran inam iqbal iqra
irfan irum ishaq ismail jamal jamil jamila javed junaid kainat kamal kamran kanwal karim kashif kausar khadija
khalid khurram kiran kulsoom laiba latif mahmood mahnoor majid mansoor maria masood mehdi mehwish memon mirza misbah
mohsin mubashir mughal mumtaz munir muneeba murtaza musa mushtaq mustafa nabeel nabila nadeem nadia naeem naila
najma nargis naseem nasir nasreen naveed nawaz nayab nazia nida nighat noman noor noreen omar parveen qadir qasim
qureshi rabia rafiq rahman raja rana rashid rashida raza rehana riaz rida rizwan rizwana robina rubab rubina
rukhsana saad saba sabir sadia sadaf saeed safdar saima sajid sajjad salma saleem salman samia samina samreen sana
sania sara sarfraz sarwar sehrish shabana shabbir shafiq shagufta shah shahbaz shahid shahida shahzad shaista
shakeel shakila shamim shams shazia shehnaz sherazi shoaib sidra siddiqui sobia sohail sonia sultan sumaira sumbul
summaya tabassum tahir tahira talha tanveer tariq tasneem tayyab tehmina ubaid umair umar urooj usama usman uzma
waheed waqar waqas waseem yasir yasmeen younis yousuf zafar zahid zahida zahra zain zainab zakia zara zarina zaheer
zeeshan zia zubair zulfiqar zohra baloch afridi bhatti rajput awan gillani hashmi jatoi khattak leghari mengal niazi
shinwari wazir yousafzai durrani achakzai bugti marri soomro junejo kakar ansari naqvi rizvi zaidi kazmi bukhari
jafri priya pooja neha anjali kavita sunita anita deepika divya shreya sneha ritu rahul amit ravi sanjay vijay
suresh ramesh rajesh sharma verma gupta patel yadav jain mehta reddy nair rao das roy kaur begam devi lakshmi meena
rekha geeta sita radha asha mona layla leila nour hala rania dina huda nada reem samira salwa suad amal iman hanan
abeer ahlam mahmud youssef mustapha khaled tarek ziad karim omar nizar fadi rami walid bassam hadi jaber saleh salih
nasser qahtani otaibi harbi ghamdi shehri
"""
_ORDINARY_WORDS = """
angel april august baby beauty bella bless bright bunny candy charm cherry crystal daisy dawn diamond dream eve
faith fair flower gem ginger glory gold grace happy heart heaven holly honey hope ivy jade jewel joy june kitty lady
light lily love lovely lucky may melody mercy milky misty moon morning nice night ocean pearl peace pink poppy
precious pretty prince princess queen rain rainy river rose ruby sandy scarlet silver sky smile snow soul spring
star storm summer sun sunny sunshine sweet sweety tiger violet virgin water wave willow winter world young man men
mine main moan money many son song sin sign same some home human woman women shame shell sale sell sail soul soil
real role rule girl goal kill cool call coal hire hair here hour
"""


def _weights() -> dict[str, float]:
    found: dict[str, float] = {}
    for text, bits in ((_ORDINARY_WORDS, 2.0), (_COMMON, 4.0), (_EVERYWHERE, 1.5)):
        found |= {loose(one): bits for one in text.split()}
    return found


_WEIGHTS = _weights()


def bits(spelled: str) -> float:
    """Say how much one word of a name tells, by its loose spelling."""
    known = _WEIGHTS.get(spelled)
    return known if known is not None else UNKNOWN_BITS.get(len(spelled), LONG_BITS)


def is_known(spelled: str) -> bool:
    """Tell whether a loose spelling is one of a common name or word."""
    return spelled in _WEIGHTS
